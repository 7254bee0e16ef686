using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TokenFactory.Tests.Shared.Host;

/// <summary>The product as a child process on a port of its own, with a data folder that goes with it.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    /// <summary>The password of the account <c>admin</c>, where the environment of a test gives no other.</summary>
    public const string AdminPassword = "a password for tests";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("tf-host-");
    private readonly Stopwatch _age = Stopwatch.StartNew();

    private HostProcess(string assembly, IReadOnlyDictionary<string, string> environment, string? workingDirectory, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? _data.FullName,
        };
        start.ArgumentList.Add(assembly);
        foreach (string argument in arguments.Contains("--data") ? arguments : [.. arguments, "--data", _data.FullName])
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["TokenFactory__Models__0__Threads"] = "1";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["TokenFactory__SignIn__AdminPassword"] = AdminPassword;
        foreach ((string key, string value) in environment)
        {
            start.Environment[key] = value;
        }
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("the host ended before it was ready"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What was printed so far, both streams.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Since the process was started.</summary>
    public TimeSpan Age => _age.Elapsed;

    public int Id => _process.Id;

    /// <summary>Where it answers; set once it has said so.</summary>
    public HttpClient Client { get; } = new() { Timeout = Patience };

    /// <summary>Starts it on a free port, and returns once it has said what it serves (or that it serves nothing).</summary>
    public static Task<HostProcess> StartAsync(params string[] arguments) => StartAsync(new Dictionary<string, string>(), arguments);

    /// <inheritdoc cref="StartAsync(string[])"/>
    public static async Task<HostProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        HostProcess host = Launch(environment, arguments.Contains("--urls") ? arguments : ["--urls", "http://127.0.0.1:0", .. arguments]);
        return await host.UntilListeningAsync();
    }

    /// <summary>The same of a published folder.</summary>
    public static Task<HostProcess> StartPublishedAsync(string folder, IReadOnlyDictionary<string, string> environment) =>
        new HostProcess(Path.Combine(folder, "TokenFactory.Console.dll"), environment, null, ["--urls", "http://127.0.0.1:0"]).UntilListeningAsync();

    /// <summary>Starts it with exactly these arguments (and a data folder, where they name none) and does not wait.</summary>
    public static HostProcess Launch(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(BuiltAssembly(), environment, null, arguments);

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code; -1 where it had to be ended.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using HostProcess host = Launch(new Dictionary<string, string>(), arguments);
        int code = await host.WaitForExitAsync(Patience);
        return (code, host.Output);
    }

    /// <summary>The first line that contains <paramref name="words"/>, which may be yet to come: the log is written by a thread of its own.</summary>
    public async Task<string> UntilPrintsAsync(string words)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(20))
        {
            if (_lines.FirstOrDefault(line => line.Contains(words, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }
        }
        throw new TimeoutException($"the host did not print '{words}' but:\n{Output}");
    }

    /// <returns>The exit code; -1 where it still ran after that time.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        using CancellationTokenSource late = new(patience);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return -1;
        }
    }

    /// <summary>Sends a signal by its name, for instance INT.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        Client.Dispose();
        _data.Delete(recursive: true);
    }

    private async Task<HostProcess> UntilListeningAsync()
    {
        try
        {
            Client.BaseAddress = await _listening.Task.WaitAsync(Patience);
            return this;
        }
        catch (Exception problem)
        {
            string output = Output;
            await DisposeAsync();
            throw new InvalidOperationException($"the host did not get ready; it printed:\n{output}", problem);
        }
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }
        _lines.Enqueue(line);
        if (line.StartsWith("Token Factory Console ", StringComparison.Ordinal) && Address().Match(line) is { Success: true } address)
        {
            _listening.TrySetResult(new Uri(address.Value));
        }
    }

    /// <summary>The host's own build output: there its static web assets are.</summary>
    private static string BuiltAssembly()
    {
        DirectoryInfo framework = new(AppContext.BaseDirectory);
        return Path.Combine(SharedData.RepositoryRoot, "src/TokenFactory.Console/bin", framework.Parent!.Name, framework.Name, "TokenFactory.Console.dll");
    }

    [GeneratedRegex("http://127\\.0\\.0\\.1:[0-9]+")]
    private static partial Regex Address();
}
