namespace TokenFactory.Api.Batches;

/// <summary>Bounds of batches.</summary>
public sealed class BatchLimits
{
    /// <summary>Most lines of a batch; more of them fail it.</summary>
    public int MaxLines { get; set; } = 50_000;

    /// <summary>Longest line in bytes; a longer one fails its batch.</summary>
    public int MaxLineBytes { get; set; } = 1024 * 1024;

    /// <summary>Lines of a tenant that are computed or wait in the model's queue at once: as many as keep its replicas busy. Each holds its own bytes in memory.</summary>
    public int LinesUnderWay { get; set; } = 256;

    /// <summary>Most batches of a tenant that have not ended; they are computed one after another. One more is answered with 429.</summary>
    public int MaxOpenBatches { get; set; } = 100;

    internal IEnumerable<(string Key, long Value)> Values =>
    [
        ($"{nameof(ApiOptions.Batches)}:{nameof(MaxLines)}", MaxLines), ($"{nameof(ApiOptions.Batches)}:{nameof(MaxLineBytes)}", MaxLineBytes),
        ($"{nameof(ApiOptions.Batches)}:{nameof(LinesUnderWay)}", LinesUnderWay), ($"{nameof(ApiOptions.Batches)}:{nameof(MaxOpenBatches)}", MaxOpenBatches),
    ];
}
