namespace TokenFactory.Engine.Execution;

/// <summary>A step could not be computed. The message says what failed on which device.</summary>
public sealed class ExecutorException : Exception
{
    /// <summary>Whether the device computes nothing more in this process, so that no other step needs to be tried on it.</summary>
    public bool IsDeviceLost { get; init; }

    public ExecutorException(string message)
        : base(message)
    {
    }

    public ExecutorException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
