using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Files;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Batches;

/// <summary>What a client asks for when it makes a batch.</summary>
/// <param name="InputFileId">The file of requests.</param>
/// <param name="Endpoint">The path that each is sent to.</param>
/// <param name="Metadata">The client's own words about it; null: none.</param>
/// <param name="OutputSeconds">For how many seconds the answers stay; null: until they are deleted.</param>
internal sealed record BatchRequest(string InputFileId, string Endpoint, Dictionary<string, string>? Metadata, long? OutputSeconds)
{
    /// <summary>The only completion window there is.</summary>
    public const string Window = "24h";

    private const int MostMetadata = 16;
    private const int MostKeyLength = 64;
    private const int MostValueLength = 512;

    public static TimeSpan WindowLength { get; } = TimeSpan.FromHours(24);

    /// <exception cref="ApiException">A field is missing or cannot be.</exception>
    public static BatchRequest Read(JsonFields fields, IEnumerable<string> endpoints)
    {
        string input = fields.Text("input_file_id") ?? throw ApiException.Invalid("input_file_id is missing.", "input_file_id");
        string endpoint = fields.Text("endpoint") ?? throw ApiException.Invalid("endpoint is missing.", "endpoint");
        if (!endpoints.Contains(endpoint))
        {
            throw ApiException.Invalid($"endpoint must be one of {string.Join(", ", endpoints)}.", "endpoint");
        }
        if (fields.Text("completion_window") != Window)
        {
            throw ApiException.Invalid($"completion_window must be {Window}.", "completion_window");
        }
        JsonFields? expiry = fields.Object("output_expires_after");
        long? seconds = expiry is { } given
            ? FileExpiry.Check(given.Text("anchor") ?? "", given.LongInteger("seconds"), "output_expires_after")
            : null;
        return new BatchRequest(input, endpoint, ReadMetadata(fields), seconds);
    }

    private static Dictionary<string, string>? ReadMetadata(JsonFields fields)
    {
        if (fields.Object("metadata") is not { } metadata)
        {
            return null;
        }
        Dictionary<string, string> read = [];
        foreach (JsonProperty pair in metadata.Enumerate())
        {
            string value = JsonFields.Text(pair.Value, "metadata");
            read[pair.Name] = pair.Name.Length <= MostKeyLength && value.Length <= MostValueLength
                ? value
                : throw ApiException.Invalid($"metadata takes keys of up to {MostKeyLength} and values of up to {MostValueLength} characters.", "metadata");
        }
        return read.Count <= MostMetadata ? read : throw ApiException.Invalid($"metadata takes up to {MostMetadata} pairs.", "metadata");
    }
}
