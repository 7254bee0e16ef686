using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TokenFactory.Web.BrowserTests;

/// <summary>The product as a process of its own, on a free port and with a data folder of its own.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _data;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(Process process, string data)
    {
        _process = process;
        _data = data;
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Starts the product and waits until its model serves.</summary>
    public static async Task<HostProcess> StartAsync()
    {
        string data = Directory.CreateTempSubdirectory("token-factory-browser-").FullName;
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (string argument in new[] { Path.Combine(AppContext.BaseDirectory, "TokenFactory.Console.dll"), "--urls", "http://127.0.0.1:0", "--data", data })
        {
            start.ArgumentList.Add(argument);
        }
        HostProcess host = new(new Process { StartInfo = start, EnableRaisingEvents = true }, data);
        try
        {
            host.Run();
            host.Address = await host._ready.Task.WaitAsync(Patience);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [GeneratedRegex(@"ready on (http://\S+)")]
    private static partial Regex ReadyLine();

    private void Run()
    {
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The product ended before it was ready:\n{string.Join('\n', _lines)}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }
        _lines.Enqueue(line);
        if (ReadyLine().Match(line) is { Success: true } ready)
        {
            _ready.TrySetResult(new Uri(ready.Groups[1].Value.TrimEnd(',')));
        }
    }
}
