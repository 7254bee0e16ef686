using System.Globalization;
using TokenFactory.Web.Components.Controls;

namespace TokenFactory.Web.Bench.Driving;

/// <summary>A line on the terminal that says how far something is; nothing where the output is no terminal.</summary>
/// <param name="output">The terminal; null for none.</param>
/// <param name="columns">Letters of its lines: one that goes on in the next could not be written over.</param>
internal sealed class ProgressBar(TextWriter? output, int columns = ProgressBar.UsualColumns) : IDisposable
{
    private const int UsualColumns = 79;
    private const int Width = 30;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private int _shown;

    /// <summary>One on the process's error stream, where that is a terminal: what is printed stays for pipes.</summary>
    public static ProgressBar OnTerminal() => Console.IsErrorRedirected
        ? new ProgressBar(null)
        // A terminal that does not know its width says 0.
        : new ProgressBar(Console.Error, Console.WindowWidth is > 0 and var width ? width - 1 : UsualColumns);

    /// <summary>Shows what is being done.</summary>
    public void Say(string words)
    {
        if (output is null)
        {
            return;
        }
        string line = words.Length <= columns ? words : words[..columns];
        lock (_lock)
        {
            // What the last line had more is overwritten.
            output.Write($"\r{line.PadRight(_shown)}");
            _shown = line.Length;
        }
    }

    /// <summary>Shows how far a run is until what it awaits has ended.</summary>
    public async Task<T> FollowAsync<T>(Task<T> run, RunCounts counts, int requests)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (output is not null && !run.IsCompleted)
        {
            Say(Line(counts, requests, TimeProvider.System.GetElapsedTime(begun)));
            await Task.WhenAny(run, Task.Delay(Interval));
        }
        Clear();
        return await run;
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        Say("");
        output?.Write('\r');
    }

    public void Dispose() => Clear();

    /// <summary>The line of a run.</summary>
    internal static string Line(RunCounts counts, int requests, TimeSpan elapsed)
    {
        int done = Math.Min(Width, counts.Ended * Width / requests);
        string failed = counts.Failed == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {counts.Failed:N0} failed");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{new string('#', done)}{new string('.', Width - done)}] {counts.Ended:N0} of {requests:N0} requests{failed}, {counts.Sent - counts.Ended:N0} under way, {counts.Tokens:N0} tokens, {Durations.Text(elapsed)}");
    }
}
