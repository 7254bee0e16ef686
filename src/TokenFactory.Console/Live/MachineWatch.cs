using TokenFactory.Telemetry;

namespace TokenFactory.Web.Live;

/// <summary>Samples machine and GPUs at the turn of every second, on a thread of its own: a driver may take its time.</summary>
internal sealed partial class MachineWatch(MachineMonitor machine, TimeProvider clock, ILogger<MachineWatch> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(5);

    private readonly ManualResetEventSlim _stopping = new();
    private Thread? _thread;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "machine" };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Set();
        // A driver that hangs must not keep the process from ending.
        _thread?.Join(TimeSpan.FromSeconds(2));
        return Task.CompletedTask;
    }

    public void Dispose() => _stopping.Dispose();

    private void Run()
    {
        TimeSpan left;
        do
        {
            try
            {
                machine.Sample();
            }
            catch (Exception problem)
            {
                LogFailed(problem);
            }
            // A wait may end a little early; the margin keeps it behind the turn.
            left = Margin + TimeSpan.FromTicks(TimeSpan.TicksPerSecond - (clock.GetUtcNow().Ticks % TimeSpan.TicksPerSecond));
        }
        while (!_stopping.Wait(left));
    }

    [LoggerMessage(LogLevel.Error, "The machine could not be sampled; the next second is the next try.")]
    private partial void LogFailed(Exception problem);
}
