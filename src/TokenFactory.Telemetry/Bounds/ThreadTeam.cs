using System.Diagnostics;

namespace TokenFactory.Telemetry.Bounds;

/// <summary>Threads that do the same at once, so that their time together can be taken.</summary>
internal static class ThreadTeam
{
    /// <summary>The shortest of several rounds: what disturbs a round makes it longer, and nothing makes it shorter than the machine allows.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="rounds">How many times.</param>
    /// <param name="work">What each does, told which it is; it has been done once before any counts.</param>
    public static TimeSpan Shortest(int threads, int rounds, Action<int> work)
    {
        Run(threads, work);
        return Enumerable.Range(0, rounds).Min(_ => Run(threads, work));
    }

    private static TimeSpan Run(int threads, Action<int> work)
    {
        using Barrier ready = new(threads + 1);
        Thread[] team = [.. Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            ready.SignalAndWait();
            work(index);
        })
        {
            IsBackground = true,
        })];
        Array.ForEach(team, thread => thread.Start());
        // Taken before the start is given: a thread that is late in waking is late for a model as well.
        long begun = Stopwatch.GetTimestamp();
        ready.SignalAndWait();
        Array.ForEach(team, thread => thread.Join());
        return Stopwatch.GetElapsedTime(begun);
    }
}
