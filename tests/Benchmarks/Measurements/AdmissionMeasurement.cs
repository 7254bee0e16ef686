using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Metering;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// What tenancy adds to a request at 2,000 requests a second: its key is judged, its quota reserved and told in headers, its meter
/// made, and at its end the reservation settled and the row handed to the ledger, which writes to SQLite meanwhile.
/// </summary>
internal static class AdmissionMeasurement
{
    private const int RequestsPerSecond = 2000;
    private const int Workers = 2;
    private const int PromptTokens = 100;
    private const int NewTokens = 50;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(20);

    public static async Task<Measurement> RunAsync(string[] args)
    {
        await using ScratchTenancy tenancy = await ScratchTenancy.StartAsync();
        await LimitAsync(tenancy);
        Path path = new(tenancy);
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

    private static async Task LimitAsync(ScratchTenancy tenancy)
    {
        Limit much = new(1_000_000_000);
        TenantAdministration administration = tenancy.Get<TenantAdministration>();
        Plan plan = tenancy.Get<TenantDirectory>().Plans.Single();
        await administration.UpdatePlanAsync("measure", plan with
        {
            Limits = new PlanLimits
            {
                RequestsPerMinute = much, TokensPerMinute = much, TokensPerDay = much, TokensPerWeek = much, TokensPerMonth = much,
                ConcurrentRequests = much, QueuedRequests = much,
            },
        });
    }

    private static (double[] Microseconds, long Bytes) Run(Path path, TimeSpan time)
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
    private static long Work(Path path, double[] microseconds, int worker, int count)
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

    /// <summary>All that tenancy does for one request.</summary>
    private sealed class Path(ScratchTenancy tenancy)
    {
        private static readonly GenerationOutcome Outcome = new(
            FinishReason.Length, PromptTokens, 0, NewTokens, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(1), null);

        private readonly RequestAdmission _admission = new(tenancy.Get<TenantDirectory>(), new Production());
        private readonly QuotaBook _quotas = tenancy.Get<QuotaBook>();
        private readonly IUsageLedger _ledger = tenancy.Get<IUsageLedger>();
        private readonly Generation _generation = new(null!, new GenerationRequest { Id = "g", Tenant = "local", Prompt = new int[PromptTokens] }, 0);
        private readonly string _key = $"Bearer {tenancy.Key}";

        public void Prepare(HttpContext context)
        {
            context.TraceIdentifier = $"req_{Guid.NewGuid():N}";
            context.Request.Headers.Authorization = _key;
            context.Response.Headers.Clear();
        }

        public void Pass(HttpContext context)
        {
            Caller caller = _admission.Identify(context);
            if (_quotas.TryReserve(caller.Grant.Terms, new QuotaRequest(PromptTokens, NewTokens, MayShrink: false), out Reservation? reservation) is { } refusal)
            {
                throw new InvalidOperationException($"refused by {refusal.Limit}");
            }
            RateHeaders.Write(context.Response.Headers, _quotas.Room(caller.Grant.Terms));
            RequestMeter meter = new(
                _ledger,
                new RequestIdentity(caller.RequestId, caller.RequestId, caller.Grant, "model", "cpu:0", WireNames.Of(caller.Lane), caller.Feature), reservation, 1, 1, TimeProvider.System);
            IGenerationListener listener = meter.ListenTo(0);
            meter.Accept();
            meter.Complete();
            listener.OnStarted(_generation);
            listener.OnFinished(_generation, Outcome);
        }
    }

    private sealed class Production : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "measure";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
