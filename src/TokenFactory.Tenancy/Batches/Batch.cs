namespace TokenFactory.Tenancy.Batches;

/// <summary>A file of requests that are computed when there is room.</summary>
public sealed class Batch
{
    /// <summary>What the ids of batches' lines begin with, in answers and in the ledger.</summary>
    public const string LinePrefix = "batch_req_";

    /// <summary>What ids begin with.</summary>
    internal const string IdPrefix = "batch_";

    /// <summary>Ascends with the order in which batches were made.</summary>
    public long Number { get; set; }

    /// <summary>The name that clients know it by: <c>batch_</c> and 32 hexadecimal digits.</summary>
    public string Id { get; set; } = "";

    /// <summary>Whose it is.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The key that made it, whose rights and limits hold for its lines; all zeros where none was used.</summary>
    public Guid KeyId { get; set; }

    /// <summary>The path that each line is sent to.</summary>
    public string Endpoint { get; set; } = "";

    public string InputFileId { get; set; } = "";

    /// <summary>The file of answers; it is a file of the tenant's once the batch has ended, if it holds anything.</summary>
    public string OutputFileId { get; set; } = "";

    /// <summary>The file of lines that failed; as the other.</summary>
    public string ErrorFileId { get; set; } = "";

    /// <summary>For how many seconds both files stay; null: until they are deleted.</summary>
    public long? OutputSeconds { get; set; }

    /// <summary>The client's own words about it, a JSON object; null: none.</summary>
    public string? Metadata { get; set; }

    /// <summary>What is wrong with the input, a JSON array of errors; null: nothing.</summary>
    public string? Errors { get; set; }

    public BatchState State { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? InProgressAt { get; set; }

    /// <summary>When its time is over.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? FinalizingAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public DateTimeOffset? FailedAt { get; set; }

    public DateTimeOffset? ExpiredAt { get; set; }

    public DateTimeOffset? CancellingAt { get; set; }

    public DateTimeOffset? CancelledAt { get; set; }

    /// <summary>Lines of the input, once it was checked.</summary>
    public int Total { get; set; }

    /// <summary>Lines of the file of answers.</summary>
    public int Completed { get; set; }

    /// <summary>Lines of the file of errors.</summary>
    public int Failed { get; set; }

    /// <summary>Whether anything is still to be done.</summary>
    public bool IsOpen => State < BatchState.Completed;

    public static string NewId() => $"{IdPrefix}{Guid.NewGuid():N}";

    /// <summary>The id of a line, which names it in the ledger for good: however often the line is computed, it counts once.</summary>
    /// <param name="number">The line's number, from 1.</param>
    public string LineId(int number) => $"{LinePrefix}{Id[IdPrefix.Length..]}{number:x8}";
}
