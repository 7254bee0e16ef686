namespace TokenFactory.Tests.Shared.Contract;

/// <summary>Where answers differ from the description, and why they are right to. Fields that the description has not are none: its schemas allow them.</summary>
internal static class Deviations
{
    private const string NotYet = "null while it has not come, as in the description's own examples of batches";
    private const string NoFile = "null where there is none, as in the description's own examples of batches";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Deviation> All { get; } =
    [
        new("CreateCompletionResponse", "properties/choices/items/properties/finish_reason", "the chunks of a stream have this schema too, and only a choice's last one says why it ended"),
        new("CreateCompletionResponse", "properties/usage", "null in all chunks of a stream but the last, as stream_options.include_usage is described"),
        new("Embedding", "properties/embedding", "text in base64 where encoding_format asks for it") { Type = "string" },
        new("Batch", "properties/errors", "null where nothing is wrong, as in the description's own examples of batches"),
        new("Batch", "properties/output_file_id", NoFile),
        new("Batch", "properties/error_file_id", NoFile),
        .. new[] { "in_progress_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at", "cancelled_at" }
            .Select(instant => new Deviation("Batch", $"properties/{instant}", NotYet)),
        new("ListFilesResponse", "properties/first_id", "required, and an empty page has no first item"),
        new("ListFilesResponse", "properties/last_id", "required, and an empty page has no last item"),
        new("ListBatchesResponse", "properties/first_id", "an empty page is the same in all lists"),
        new("ListBatchesResponse", "properties/last_id", "an empty page is the same in all lists"),
    ];
}
