namespace TokenFactory.Web.Bench.Workloads;

/// <summary>Reads a file of requests that once came to a service. Which form it has is seen by its first line.</summary>
internal static class TraceReader
{
    /// <exception cref="BenchException">It cannot be read, or is no such file; names the line.</exception>
    public static Workload Read(string path)
    {
        try
        {
            using StreamReader file = File.OpenText(path);
            string first = file.ReadLine() ?? "";
            string name = Path.GetFileName(path);
            return first switch
            {
                AzureTrace.Header => Whole(name, AzureTrace.Read(file)),
                _ when first.StartsWith('{') => Whole(name, MooncakeTrace.Read(first, file)),
                _ => throw new BenchException(
                    $"{path} is no trace: its first line is \"{Shorten(first)}\". It must be the header {AzureTrace.Header}, or JSON objects with timestamp, input_length and output_length, one a line."),
            };
        }
        catch (TraceLineException wrong)
        {
            throw new BenchException($"{path}, line {wrong.Line}: {wrong.Message}", wrong);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"{unreadable.Message} Name a trace with --trace FILE.", unreadable);
        }
    }

    private static Workload Whole(string name, IEnumerable<WorkloadRequest> requests)
    {
        WorkloadRequest[] all = [.. requests.OrderBy(request => request.At)];
        return all.Length > 0 ? new Workload(name, all, null, []) : throw new BenchException($"{name} holds no request.");
    }

    private static string Shorten(string line) => line.Length <= 60 ? line : $"{line[..60]}…";
}

/// <summary>A line of a trace that is none.</summary>
internal sealed class TraceLineException(int line, string message) : Exception(message)
{
    /// <summary>Which, from 1.</summary>
    public int Line { get; } = line;
}
