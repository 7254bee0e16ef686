using System.Text.Json;
using System.Text.Json.Serialization;
using TokenFactory.Tenancy.Batches;

namespace TokenFactory.Api.Batches;

/// <summary>A batch as the protocol shows it. Instants are Unix seconds, null while they have not come.</summary>
public sealed record BatchObject
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Always <c>batch</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "batch";

    /// <summary>The path that each line is sent to.</summary>
    [JsonPropertyName("endpoint")]
    public required string Endpoint { get; init; }

    /// <summary>What is wrong with the input; null where nothing is.</summary>
    [JsonPropertyName("errors")]
    public BatchErrorList? Errors { get; init; }

    [JsonPropertyName("input_file_id")]
    public required string InputFileId { get; init; }

    /// <summary>Always <c>24h</c>.</summary>
    [JsonPropertyName("completion_window")]
    public string CompletionWindow => BatchRequest.Window;

    /// <summary>Where it stands.</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    /// <summary>The file of answers, once it has ended and there are any.</summary>
    [JsonPropertyName("output_file_id")]
    public string? OutputFileId { get; init; }

    /// <summary>The file of lines that failed, once it has ended and there are any.</summary>
    [JsonPropertyName("error_file_id")]
    public string? ErrorFileId { get; init; }

    [JsonPropertyName("created_at")]
    public long CreatedAt { get; init; }

    [JsonPropertyName("in_progress_at")]
    public long? InProgressAt { get; init; }

    [JsonPropertyName("expires_at")]
    public long ExpiresAt { get; init; }

    [JsonPropertyName("finalizing_at")]
    public long? FinalizingAt { get; init; }

    [JsonPropertyName("completed_at")]
    public long? CompletedAt { get; init; }

    [JsonPropertyName("failed_at")]
    public long? FailedAt { get; init; }

    [JsonPropertyName("expired_at")]
    public long? ExpiredAt { get; init; }

    [JsonPropertyName("cancelling_at")]
    public long? CancellingAt { get; init; }

    [JsonPropertyName("cancelled_at")]
    public long? CancelledAt { get; init; }

    /// <summary>Its lines. Of a batch that was cancelled or has expired, lines that were not computed are among the failed.</summary>
    [JsonPropertyName("request_counts")]
    public required BatchCounts RequestCounts { get; init; }

    /// <summary>The client's own words about it; null: none.</summary>
    [JsonPropertyName("metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <param name="batch">The batch as it was saved last.</param>
    /// <param name="run">What works on it; null where nothing does.</param>
    internal static BatchObject Of(Batch batch, BatchRun? run)
    {
        (int completed, int failed) = batch.IsOpen && run is not null ? (run.Completed, run.Failed) : (batch.Completed, batch.Failed);
        return new BatchObject
        {
            Id = batch.Id,
            Endpoint = batch.Endpoint,
            Errors = batch.Errors is null ? null : new BatchErrorList(JsonSerializer.Deserialize(batch.Errors, ApiJson.Context.IReadOnlyListBatchError)!),
            InputFileId = batch.InputFileId,
            Status = JsonNamingPolicy.SnakeCaseLower.ConvertName(batch.State.ToString()),
            OutputFileId = batch is { IsOpen: false, Completed: > 0 } ? batch.OutputFileId : null,
            ErrorFileId = batch is { IsOpen: false, Failed: > 0 } ? batch.ErrorFileId : null,
            CreatedAt = batch.CreatedAt.ToUnixTimeSeconds(),
            InProgressAt = batch.InProgressAt?.ToUnixTimeSeconds(),
            ExpiresAt = batch.ExpiresAt.ToUnixTimeSeconds(),
            FinalizingAt = batch.FinalizingAt?.ToUnixTimeSeconds(),
            CompletedAt = batch.CompletedAt?.ToUnixTimeSeconds(),
            FailedAt = batch.FailedAt?.ToUnixTimeSeconds(),
            ExpiredAt = batch.ExpiredAt?.ToUnixTimeSeconds(),
            CancellingAt = batch.CancellingAt?.ToUnixTimeSeconds(),
            CancelledAt = batch.CancelledAt?.ToUnixTimeSeconds(),
            RequestCounts = new BatchCounts(batch.Total, completed, failed),
            Metadata = batch.Metadata is null ? null : JsonSerializer.Deserialize(batch.Metadata, ApiJson.Context.DictionaryStringString),
        };
    }
}

/// <summary>What is wrong with a batch's input.</summary>
/// <param name="Data">The first errors, by line.</param>
public sealed record BatchErrorList([property: JsonPropertyName("data")] IReadOnlyList<BatchError> Data)
{
    /// <summary>Always <c>list</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "list";
}

/// <summary>The lines of a batch.</summary>
/// <param name="Total">All of them, once they were checked.</param>
/// <param name="Completed">Those in the file of answers.</param>
/// <param name="Failed">Those in the file of errors.</param>
public sealed record BatchCounts(
    [property: JsonPropertyName("total")] int Total,
    [property: JsonPropertyName("completed")] int Completed,
    [property: JsonPropertyName("failed")] int Failed);
