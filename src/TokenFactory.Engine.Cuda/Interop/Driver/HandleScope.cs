namespace TokenFactory.Engine.Cuda.Interop.Driver;

/// <summary>
/// Remembers every handle that the calling thread makes while it is open, so that work which fails halfway gives all of them back, however
/// deep in it they were made. One a thread; opened and closed by the same.
/// </summary>
internal sealed class HandleScope : IDisposable
{
    [ThreadStatic]
    private static HandleScope? Current;

    private readonly List<DriverHandle> _handles = [];

    public HandleScope()
    {
        if (Current is not null)
        {
            throw new InvalidOperationException("A scope of handles is open on this thread.");
        }
        Current = this;
    }

    /// <summary>Gives back all handles made since, the last first. Those given back already stay so.</summary>
    public void GiveBack()
    {
        for (int i = _handles.Count - 1; i >= 0; i--)
        {
            _handles[i].Dispose();
        }
    }

    /// <summary>Forgets them: they are their makers'.</summary>
    public void Dispose() => Current = null;

    internal static void Add(DriverHandle handle) => Current?._handles.Add(handle);
}
