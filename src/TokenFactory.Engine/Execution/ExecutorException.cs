namespace TokenFactory.Engine.Execution;

/// <summary>A step could not be computed. The message says what failed on which device.</summary>
public sealed class ExecutorException : Exception
{
    public ExecutorException(string message)
        : base(message)
    {
    }

    public ExecutorException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
