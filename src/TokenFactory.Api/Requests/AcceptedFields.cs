using System.Text.Json;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Requests;

/// <summary>
/// Fields of the protocol that are taken and change nothing in an answer: names for the client's own books, and hints about speed. Their
/// form is checked, so that a mistake in one shows.
/// </summary>
internal static class AcceptedFields
{
    private const int MostPairs = 16;
    private const int LongestKey = 64;
    private const int LongestValue = 512;

    /// <exception cref="ApiException">A field is malformed.</exception>
    public static void CheckInChat(JsonFields fields)
    {
        fields.Text("safety_identifier");
        fields.Text("prompt_cache_key");
        fields.Text("prompt_cache_retention");
        fields.Object("prompt_cache_options");
        CheckMetadata(fields);
        CheckPrediction(fields);
    }

    private static void CheckMetadata(JsonFields fields)
    {
        if (fields.Object("metadata") is not { } metadata)
        {
            return;
        }
        int pairs = 0;
        foreach (JsonProperty pair in metadata.Enumerate())
        {
            pairs++;
            string value = JsonFields.Text(pair.Value, metadata.PathOf(pair.Name));
            if (pair.Name.Length > LongestKey || value.Length > LongestValue)
            {
                throw ApiException.Invalid($"metadata has a key longer than {LongestKey} or a value longer than {LongestValue} characters.", "metadata");
            }
        }
        if (pairs > MostPairs)
        {
            throw ApiException.Invalid($"metadata has {pairs} pairs; at most {MostPairs} are allowed.", "metadata");
        }
    }

    /// <summary>A predicted answer could only make the same answer come sooner; none of it is used, and usage says so.</summary>
    private static void CheckPrediction(JsonFields fields)
    {
        if (fields.Object("prediction") is { } prediction && prediction.Text("type") != "content")
        {
            throw ApiException.Invalid("prediction.type must be \"content\".", "prediction");
        }
    }
}
