using System.Globalization;

namespace TokenFactory.Web.Bench.Workloads;

/// <summary>The workload that the options describe.</summary>
internal static class WorkloadMaker
{
    private const int UsualConcurrency = 8;
    private const int RequestsPerPlace = 4;
    private const int UsualRequests = 32;

    /// <summary>The seed of whatever is drawn, where none is given.</summary>
    public const int UsualSeed = 1;

    /// <param name="options">What is asked for.</param>
    /// <exception cref="BenchException">The trace cannot be read.</exception>
    public static Workload Make(BenchOptions options)
    {
        Workload workload = options.Trace is null ? Fixed(options) : FromTrace(options, options.Trace);
        return options.Rate is not { } rate
            ? workload
            : workload.Open(Arrivals.Poisson(rate, workload.Requests.Count, options.Seed ?? UsualSeed)) with { Name = string.Create(CultureInfo.InvariantCulture, $"{workload.Name}, {rate} a second") };
    }

    private static Workload Fixed(BenchOptions options)
    {
        int concurrency = options.Concurrency ?? UsualConcurrency;
        int requests = options.Requests ?? (options.Rate is null ? concurrency * RequestsPerPlace : UsualRequests);
        return Workload.Fixed(requests, options.PromptTokens, options.OutputTokens, concurrency);
    }

    private static Workload FromTrace(BenchOptions options, string file)
    {
        Workload trace = TraceReader.Read(file);
        trace = options.Most is { } most ? trace.Take(most) : trace;
        trace = options.TracePrefixes ? trace : trace.Unshared();
        return options.Concurrency is { } places ? trace.Closed(places) : trace.Stretch(options.Scale);
    }
}
