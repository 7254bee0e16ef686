namespace TokenFactory.Benchmarks.Kernels;

/// <summary>Threads that wait for work and for each other without sleeping, as those of an executor do within a step; the caller is the first of them.</summary>
internal sealed class SpinTeam : IDisposable
{
    private const int Spins = 500;

    private readonly Thread[] _others;
    private Action<int> _work = _ => { };
    private int _arrived;
    private int _round;
    private bool _isOver;

    public SpinTeam(int threads)
    {
        Threads = threads;
        _others = [.. Enumerable.Range(1, threads - 1).Select(number => new Thread(() => Loop(number)) { IsBackground = true })];
        foreach (Thread thread in _others)
        {
            thread.Start();
        }
    }

    public int Threads { get; }

    /// <summary>Calls <paramref name="work"/> on every thread with the thread's number and returns when all have returned.</summary>
    public void Run(Action<int> work)
    {
        _work = work;
        Meet();
        work(0);
        Meet();
    }

    /// <summary>Waits for all threads of the team; for work that every one of them runs.</summary>
    public void Meet()
    {
        int round = Volatile.Read(ref _round);
        if (Interlocked.Increment(ref _arrived) == Threads)
        {
            Volatile.Write(ref _arrived, 0);
            Volatile.Write(ref _round, round + 1);
            return;
        }
        for (int turn = 0; Volatile.Read(ref _round) == round; turn++)
        {
            // A thread that is waited for may itself wait for this one's core.
            if (turn < Spins || !Thread.Yield())
            {
                Thread.SpinWait(4);
            }
        }
    }

    public void Dispose()
    {
        _isOver = true;
        Meet();
        foreach (Thread thread in _others)
        {
            thread.Join();
        }
    }

    private void Loop(int number)
    {
        for (Meet(); !_isOver; Meet())
        {
            _work(number);
            Meet();
        }
    }
}
