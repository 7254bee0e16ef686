namespace TokenFactory.Tests.Shared;

/// <summary>Measures what a piece of code allocates on the calling thread.</summary>
internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// Bytes that <paramref name="times"/> calls allocate once everything is warm: the least of several rounds, since the runtime itself
    /// allocates now and then on the thread that runs into a method being compiled again.
    /// </summary>
    public static long Of(Action action, int times)
    {
        action();
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < times; i++)
            {
                action();
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
