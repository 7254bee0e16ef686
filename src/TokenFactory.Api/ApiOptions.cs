using TokenFactory.Api.Batches;
using TokenFactory.Api.Files;
using TokenFactory.Api.Responses;

namespace TokenFactory.Api;

/// <summary>Bounds and habits of the HTTP API. Bound to the configuration section <see cref="Section"/> by the host.</summary>
public sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>Longest request body in bytes; longer ones are answered with 413.</summary>
    public long MaxBodyBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>How long a streamed answer may be silent before its first token until a comment keeps the connection alive.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Tenants that have metric series of their own; those seen later share the label <c>other</c>.</summary>
    public int MaxMetricTenants { get; set; } = 1000;

    /// <summary>Bounds of what tenants upload.</summary>
    public FileLimits Files { get; } = new();

    /// <summary>Bounds of batches.</summary>
    public BatchLimits Batches { get; } = new();

    /// <summary>Bounds of responses that are kept.</summary>
    public ResponseLimits Responses { get; } = new();

    /// <summary>What makes no sense, each in words that name the key.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (MaxBodyBytes < 1024)
        {
            yield return $"{Section}:{nameof(MaxBodyBytes)} is {MaxBodyBytes}; it must be at least 1024.";
        }
        if (KeepAliveInterval <= TimeSpan.Zero)
        {
            yield return $"{Section}:{nameof(KeepAliveInterval)} is {KeepAliveInterval}; it must be more than nothing, for instance 00:00:15.";
        }
        if (MaxMetricTenants < 0)
        {
            yield return $"{Section}:{nameof(MaxMetricTenants)} is {MaxMetricTenants}; it must be 0 or more.";
        }
        foreach ((string key, long value) in Files.Values.Concat(Batches.Values).Concat(Responses.Values))
        {
            if (value < 1)
            {
                yield return $"{Section}:{key} is {value}; it must be at least 1.";
            }
        }
    }
}
