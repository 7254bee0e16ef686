using System.Globalization;

namespace TokenFactory.Web.Bench.Workloads;

/// <summary>What a target is asked: requests in the order in which they are sent, and how many at once where they do not come at times of their own.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Requests">At least one; either all of them have a time, in order, or none has.</param>
/// <param name="Concurrency">Requests under way at once; null where each comes at its own time, whatever became of those before.</param>
/// <param name="Notes">What was changed to make it run here, each a sentence.</param>
internal sealed record Workload(string Name, IReadOnlyList<WorkloadRequest> Requests, int? Concurrency, IReadOnlyList<string> Notes)
{
    /// <summary>Requests of one length, all at once in line.</summary>
    public static Workload Fixed(int requests, int promptTokens, int outputTokens, int concurrency) => new(
        string.Create(CultureInfo.InvariantCulture, $"{requests:N0} requests of {promptTokens:N0} + {outputTokens:N0} tokens"),
        [.. Enumerable.Repeat(new WorkloadRequest(promptTokens, outputTokens), requests)],
        concurrency,
        []);

    /// <summary>The same requests, so many at once, each as soon as another has ended.</summary>
    public Workload Closed(int concurrency) => this with { Requests = [.. Requests.Select(request => request with { At = null })], Concurrency = concurrency };

    /// <summary>The same requests at other times, one for each.</summary>
    public Workload Open(IReadOnlyList<TimeSpan> times) => this with { Requests = [.. Requests.Zip(times, (request, at) => request with { At = at })], Concurrency = null };

    /// <summary>The same requests with all times multiplied; those that wait for each other stay as they are.</summary>
    public Workload Stretch(double factor) => factor == 1 ? this : this with { Requests = [.. Requests.Select(request => request with { At = request.At * factor })] };

    /// <summary>The same requests, their prompts sharing nothing.</summary>
    public Workload Unshared() => this with { Requests = [.. Requests.Select(request => request with { Blocks = null })] };

    /// <summary>The first of the requests.</summary>
    public Workload Take(int most) => Requests.Count <= most ? this : this with
    {
        Requests = [.. Requests.Take(most)],
        Notes = [.. Notes, string.Create(CultureInfo.InvariantCulture, $"The first {most:N0} of {Requests.Count:N0} requests.")],
    };

    /// <summary>Cuts requests to what a context holds and says how many were cut: the prompt gives way before the output, and a token of each stays.</summary>
    /// <param name="context">Longest sequence, prompt and output together, at least 2.</param>
    public Workload Fit(int context)
    {
        int cut = 0;
        WorkloadRequest[] fitting = new WorkloadRequest[Requests.Count];
        for (int i = 0; i < fitting.Length; i++)
        {
            WorkloadRequest request = Requests[i];
            int output = Math.Min(request.OutputTokens, context - 1);
            int prompt = Math.Min(request.PromptTokens, context - output);
            fitting[i] = request with { PromptTokens = prompt, OutputTokens = output };
            cut += fitting[i] == request ? 0 : 1;
        }
        return cut == 0 ? this : this with
        {
            Requests = fitting,
            Notes = [.. Notes, string.Create(CultureInfo.InvariantCulture, $"{cut:N0} of {Requests.Count:N0} requests were cut to the context of {context:N0} tokens.")],
        };
    }
}
