using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Metering;
using TokenFactory.Benchmarks.Measurements;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>All that tenancy does for one request.</summary>
internal sealed class AdmissionPath(ScratchTenancy tenancy)
{
    private const int PromptTokens = 100;
    private const int NewTokens = 50;
    private const int Times = 2000;

    private static readonly GenerationOutcome Outcome = new(
        FinishReason.Length, PromptTokens, 0, NewTokens, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(1), null);

    private readonly RequestAdmission _admission = new(tenancy.Get<TenantDirectory>(), new Production());
    private readonly QuotaBook _quotas = tenancy.Get<QuotaBook>();
    private readonly IUsageLedger _ledger = tenancy.Get<IUsageLedger>();
    private readonly Generation _generation = new(null!, new GenerationRequest { Id = "g", Tenant = "local", Prompt = new int[PromptTokens] }, 0);
    private readonly string _key = $"Bearer {tenancy.Key}";

    /// <summary>With every limit set and none in the way.</summary>
    public static async Task<AdmissionPath> CreateAsync(ScratchTenancy tenancy)
    {
        await LimitAsync(tenancy);
        return new AdmissionPath(tenancy);
    }

    /// <summary>Bytes that a request allocates.</summary>
    public static async Task<double> MeasureAsync()
    {
        await using ScratchTenancy tenancy = await ScratchTenancy.StartAsync();
        AdmissionPath path = await CreateAsync(tenancy);
        HttpContext context = new DefaultHttpContext();
        long bytes = 0;
        for (int i = -Times; i < Times; i++)
        {
            path.Prepare(context);
            long before = GC.GetAllocatedBytesForCurrentThread();
            path.Pass(context);
            bytes += i < 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return bytes / (double)Times;
    }

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
            new RequestIdentity(caller.RequestId, caller.RequestId, caller.Grant, "model", "cpu:0", caller.Lane, caller.Feature), reservation!, 1, 1, TimeProvider.System);
        IGenerationListener listener = meter.ListenTo(0);
        meter.Accept();
        meter.Complete();
        listener.OnStarted(_generation);
        listener.OnFinished(_generation, Outcome);
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
                RequestsPerMinute = much,
                TokensPerMinute = much,
                TokensPerDay = much,
                TokensPerWeek = much,
                TokensPerMonth = much,
                ConcurrentRequests = much,
                QueuedRequests = much,
            },
        });
    }

    private sealed class Production : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "measure";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
