namespace TokenFactory.Benchmarks.Kernels;

/// <summary>Threads that wait for each other without sleeping, as those of an executor do within a step.</summary>
internal sealed class SpinTeam(int threads)
{
    private int _arrived;
    private int _round;

    public int Threads => threads;

    /// <summary>Runs the same on every thread of the team, this one among them.</summary>
    public void Run(Action<int> body)
    {
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(index => new Thread(() => body(index)))];
        foreach (Thread other in others)
        {
            other.Start();
        }
        body(0);
        foreach (Thread other in others)
        {
            other.Join();
        }
    }

    /// <summary>Waits for all threads of the team.</summary>
    public void Meet()
    {
        int round = Volatile.Read(ref _round);
        if (Interlocked.Increment(ref _arrived) == threads)
        {
            Volatile.Write(ref _arrived, 0);
            Volatile.Write(ref _round, round + 1);
            return;
        }
        while (Volatile.Read(ref _round) == round)
        {
            Thread.SpinWait(4);
        }
    }
}
