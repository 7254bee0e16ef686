namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>Disposes what a failed load has made so far, last first.</summary>
internal sealed class LoadScope : IDisposable
{
    private readonly Stack<IDisposable> _kept = [];

    public T Keep<T>(T made) where T : IDisposable
    {
        _kept.Push(made);
        return made;
    }

    /// <summary>The load succeeded: everything kept has an owner now.</summary>
    public void Release() => _kept.Clear();

    public void Dispose()
    {
        while (_kept.TryPop(out IDisposable? made))
        {
            made.Dispose();
        }
    }
}
