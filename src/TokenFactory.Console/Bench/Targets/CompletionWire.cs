using System.Text.Json;
using System.Text.Json.Serialization;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Bench.Targets;

/// <summary>How a server takes requests for completions, which differs in what is not OpenAI's.</summary>
/// <param name="TakesIds">Whether a prompt may be token ids; else it is words.</param>
/// <param name="TakesExtensions">Whether it goes on past the end (<c>ignore_eos</c>) and counts tokens in every piece (<c>continuous_usage_stats</c>) when asked, as vLLM does.</param>
internal readonly record struct CompletionDialect(bool TakesIds, bool TakesExtensions)
{
    /// <summary>The body of a request for a stream, greedy and of a given length.</summary>
    public byte[] Write(string model, in WorkloadRequest request, int index, PromptMaker prompts)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            WritePrompt(json, request, index, prompts);
            json.WriteNumber("max_tokens", request.OutputTokens);
            json.WriteNumber("temperature", 0);
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            if (TakesExtensions)
            {
                json.WriteBoolean("continuous_usage_stats", true);
            }
            json.WriteEndObject();
            if (TakesExtensions)
            {
                json.WriteBoolean("ignore_eos", true);
            }
            json.WriteEndObject();
        }
        return body.ToArray();
    }

    private void WritePrompt(Utf8JsonWriter json, in WorkloadRequest request, int index, PromptMaker prompts)
    {
        if (!TakesIds)
        {
            json.WriteString("prompt", prompts.Text(request, index));
            return;
        }
        json.WriteStartArray("prompt");
        foreach (int id in prompts.Ids(request, index))
        {
            json.WriteNumberValue(id);
        }
        json.WriteEndArray();
    }
}

/// <summary>A piece of a streamed completion, as far as it is measured by.</summary>
internal sealed record CompletionPiece(CompletionPieceChoice[]? Choices = null, CompletionUsage? Usage = null, JsonElement? Error = null);

internal sealed record CompletionPieceChoice(string? Text = null, string? FinishReason = null);

internal sealed record CompletionUsage(int PromptTokens = 0, int CompletionTokens = 0, PromptTokensDetails? PromptTokensDetails = null);

internal sealed record PromptTokensDetails(int? CachedTokens = null);

/// <summary>What <c>GET /v1/models</c> answers.</summary>
internal sealed record ModelList(ModelEntry[]? Data = null);

/// <param name="Id">Its name.</param>
/// <param name="MaxModelLen">Longest sequence, where the server says it, as vLLM does.</param>
internal sealed record ModelEntry(string Id = "", int? MaxModelLen = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CompletionPiece))]
[JsonSerializable(typeof(ModelList))]
internal sealed partial class CompletionWireJson : JsonSerializerContext;
