using System.Globalization;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Tenants;

namespace TokenFactory.Web.Serving;

/// <summary>A load as it is typed. Empty entries are the usual.</summary>
public sealed record LoadDraft
{
    public const string Auto = "auto";
    public const string OneReplica = "1";
    public const string OneDevice = "1";

    /// <summary>The name to serve it under; empty: the folder's.</summary>
    public string Name { get; init; } = "";

    public string Device { get; init; } = Auto;

    public string Precision { get; init; } = Auto;

    public string KvPrecision { get; init; } = Auto;

    /// <summary>Empty: what is usual on the device.</summary>
    public string Sequences { get; init; } = "";

    /// <summary>Empty: the model's, up to a bound of the device.</summary>
    public string Context { get; init; } = "";

    /// <summary>Empty: enough, or what is left.</summary>
    public string KvMegabytes { get; init; } = "";

    /// <summary>Empty: one each physical core.</summary>
    public string Threads { get; init; } = "";

    public string Replicas { get; init; } = OneReplica;

    /// <summary>GPUs that share a replica.</summary>
    public string Devices { get; init; } = OneDevice;

    /// <summary>What it means; what cannot be read is noted at its field.</summary>
    public ModelOptions Read(string folder, FormProblems problems) => new()
    {
        Path = folder,
        Name = string.IsNullOrWhiteSpace(Name) ? null : Name.Trim(),
        Device = Enum.TryParse(Device, ignoreCase: true, out ModelDevice device) && Enum.IsDefined(device) ? device : ModelDevice.Auto,
        Precision = Enum.TryParse(Precision, ignoreCase: true, out ModelPrecision precision) && Enum.IsDefined(precision) ? precision : ModelPrecision.Auto,
        KvPrecision = Enum.TryParse(KvPrecision, ignoreCase: true, out KvPrecision kv) && Enum.IsDefined(kv) ? kv : Hosting.KvPrecision.Auto,
        MaxSequences = (int?)Number("sequences", Sequences, 1, 1024, problems),
        MaxContext = (int?)Number("context", Context, 2, 10_000_000, problems),
        KvMemoryMegabytes = Number("kv", KvMegabytes, 1, 64L << 20, problems),
        Threads = (int)(Number("threads", Threads, 1, 1024, problems) ?? 0),
        DevicesPerReplica = (int)(Number("devices", Devices, 1, 64, problems) ?? 1),
        Replicas = (int)(Number("replicas", Replicas, 1, 16, problems) ?? 1),
    };

    private static long? Number(string field, string text, long least, long most, FormProblems problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        if (long.TryParse(text.Trim(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most)
        {
            return value;
        }
        problems.Add(field, string.Create(CultureInfo.InvariantCulture, $"A whole number from {least:N0} to {most:N0}."));
        return null;
    }
}
