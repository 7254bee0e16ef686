using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared;

namespace TokenFactory.Benchmarks.Gateway;

/// <summary>The server as a child process in Production: a key is asked for, and counted under.</summary>
internal sealed partial class GatewayProcess : IDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("tf-gateway-");
    private readonly Channel<string> _memory = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<IPEndPoint> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GatewayProcess(TimeSpan step)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _data.FullName,
        };
        foreach (string argument in (string[])["exec", "--runtimeconfig", InOutput("TokenFactory.Console.runtimeconfig.json"), InOutput("Benchmarks.dll"), "gateway-server", "--urls", "http://127.0.0.1:0", "--data", _data.FullName, "--model", $"demo={Path.Combine(SharedData.RepositoryRoot, "models", "demo")}"])
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.Environment["TokenFactory__Bootstrap__ApiKey"] = Key;
        start.Environment[GatewayServer.StepVariable] = step.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("the server ended before it was ready"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Key { get; } = KeySecret.Create();

    public Task<IPEndPoint> Address => _address.Task;

    /// <summary>Time that the process has had on all cores.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static GatewayProcess Start(TimeSpan step) => new(step);

    /// <summary>Bytes live after a collection, and bytes resident.</summary>
    public async Task<(long Live, long Resident)> ReadMemoryAsync()
    {
        await _process.StandardInput.WriteLineAsync("memory");
        await _process.StandardInput.FlushAsync();
        string[] words = (await _memory.Reader.ReadAsync()).Split(' ');
        return (long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _data.Delete(recursive: true);
    }

    /// <summary>The runtime's settings are the product's own.</summary>
    private static string InOutput(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }
        if (line.StartsWith(GatewayServer.MemoryPrefix, StringComparison.Ordinal))
        {
            _memory.Writer.TryWrite(line);
        }
        else if (Listening().Match(line) is { Success: true } port)
        {
            _address.TrySetResult(new IPEndPoint(IPAddress.Loopback, int.Parse(port.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
        }
    }

    [GeneratedRegex("^Token Factory Console .*http://127\\.0\\.0\\.1:([0-9]+)")]
    private static partial Regex Listening();
}
