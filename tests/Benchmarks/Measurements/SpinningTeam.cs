namespace TokenFactory.Benchmarks.Measurements;

/// <summary>Threads that wait for work without sleeping, as an inference runtime's do; the caller is the first of them.</summary>
internal sealed class SpinningTeam : IDisposable
{
    private readonly Thread[] _others;
    private Action<int> _work = _ => { };
    private int _round;
    private int _busy;
    private volatile bool _isOver;

    public SpinningTeam(int threads)
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
        Volatile.Write(ref _busy, _others.Length);
        Interlocked.Increment(ref _round);
        work(0);
        while (Volatile.Read(ref _busy) > 0)
        {
            Thread.SpinWait(1);
        }
    }

    public void Dispose()
    {
        _isOver = true;
        foreach (Thread thread in _others)
        {
            thread.Join();
        }
    }

    private void Loop(int number)
    {
        for (int seen = 0; ; seen++)
        {
            while (Volatile.Read(ref _round) == seen)
            {
                if (_isOver)
                {
                    return;
                }
                Thread.SpinWait(1);
            }
            _work(number);
            Interlocked.Decrement(ref _busy);
        }
    }
}
