using System.Diagnostics;
using System.Net;

namespace TokenFactory.Benchmarks.Gateway;

/// <summary>
/// Requests at a steady rate over many connections, each with a thread and a timetable of its own: none waits for another's answer. A
/// request's time runs from its being written; how far behind its timetable that was is told beside it, so that nothing hides there.
/// </summary>
internal sealed class GatewayLoad : IDisposable
{
    private readonly GatewayConnection[] _connections;

    public GatewayLoad(IPEndPoint address, string key, string body, int connections) =>
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new GatewayConnection(address, key, body))];

    /// <summary>Sends requests at a rate for a time.</summary>
    /// <returns>Milliseconds that each took, and that each was late.</returns>
    public (double[] Took, double[] Late) Run(double requestsPerSecond, TimeSpan time)
    {
        int each = (int)(requestsPerSecond * time.TotalSeconds / _connections.Length);
        double[] took = new double[each * _connections.Length];
        double[] late = new double[took.Length];
        double interval = 1000.0 * _connections.Length / requestsPerSecond;
        long begun = Stopwatch.GetTimestamp();
        Thread[] clients = [.. _connections.Select((connection, index) => new Thread(() =>
        {
            double first = 1 + (interval * index / _connections.Length);
            for (int i = 0; i < each; i++)
            {
                int slot = (index * each) + i;
                late[slot] = WaitUntil(begun, first + (i * interval));
                long sent = Stopwatch.GetTimestamp();
                connection.Send();
                connection.Receive();
                took[slot] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            }
        }))];
        Array.ForEach(clients, client => client.Start());
        Array.ForEach(clients, client => client.Join());
        return (took, late);
    }

    public void Dispose() => Array.ForEach(_connections, connection => connection.Dispose());

    /// <summary>Sleeps until a moment and returns the milliseconds that it is past.</summary>
    private static double WaitUntil(long begun, double milliseconds)
    {
        double left = milliseconds - Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        if (left > 0)
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(left));
        }
        return Math.Max(0, Stopwatch.GetElapsedTime(begun).TotalMilliseconds - milliseconds);
    }
}
