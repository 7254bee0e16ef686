using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using TokenFactory.Benchmarks.Budgets;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// What tenancy adds to a request at 2,000 requests a second: its key is judged, its quota reserved and told in headers, its meter
/// made, and at its end the reservation settled and the row handed to the ledger, which writes to SQLite meanwhile.
/// </summary>
internal static class AdmissionMeasurement
{
    private const int RequestsPerSecond = 2000;
    private const int Workers = 2;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(20);

    public static async Task<Measurement> RunAsync(string[] args)
    {
        await using ScratchTenancy tenancy = await ScratchTenancy.StartAsync();
        AdmissionPath path = await AdmissionPath.CreateAsync(tenancy);
        Run(path, WarmUp);
        (double[] microseconds, long bytes) = Run(path, Time);
        Array.Sort(microseconds);
        double rate = microseconds.Length / Time.TotalSeconds;
        double p50 = microseconds[microseconds.Length / 2];
        double p99 = microseconds[microseconds.Length * 99 / 100];
        double perRequest = bytes / (double)microseconds.Length;
        bool isWritten = await tenancy.Get<LedgerWriter>().FlushAsync();
        return new Measurement(
            p50 <= 50 && p99 <= 300 && perRequest <= 1024 && rate >= RequestsPerSecond * 0.98 && isWritten,
            [
                ("requests a second", rate, "1/s"),
                ("added to a request, p50", p50, "us"),
                ("added to a request, p99", p99, "us"),
                ("added to a request, p99.9", microseconds[microseconds.Length * 999 / 1000], "us"),
                ("allocated by a request", perRequest, "bytes"),
            ]);
    }

    private static (double[] Microseconds, long Bytes) Run(AdmissionPath path, TimeSpan time)
    {
        int each = (int)(RequestsPerSecond * time.TotalSeconds / Workers);
        double[] microseconds = new double[each * Workers];
        long bytes = 0;
        Thread[] workers = [.. Enumerable.Range(0, Workers).Select(worker => new Thread(() => Interlocked.Add(ref bytes, Work(path, microseconds, worker, each))))];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        return (microseconds, bytes);
    }

    /// <summary>Sends its share at its pace; returns what the measured parts allocated.</summary>
    private static long Work(AdmissionPath path, double[] microseconds, int worker, int count)
    {
        long allocated = 0;
        long begun = Stopwatch.GetTimestamp();

        // The server, too, uses a connection's tables of headers again for its next request.
        HttpContext context = new DefaultHttpContext();
        for (int i = 0; i < count; i++)
        {
            while (Stopwatch.GetElapsedTime(begun).TotalSeconds * RequestsPerSecond / Workers < i)
            {
                Thread.Sleep(1);
            }
            path.Prepare(context);
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            path.Pass(context);
            microseconds[(worker * count) + i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            allocated += GC.GetAllocatedBytesForCurrentThread() - bytes;
        }
        return allocated;
    }
}
