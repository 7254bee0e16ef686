using System.Globalization;
using System.Text.Json;
using TokenFactory.Api.Constraints;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;

namespace TokenFactory.Api.Requests;

/// <summary>Reads the fields that chat completions and completions share. Bounds that the engine checks are left to it.</summary>
internal static class GenerateFields
{
    private const int MostAnswers = 16;
    private const int MostStops = 16;
    private const int MostStopTokens = 256;
    private const int MostBiases = 1024;

    /// <summary>Fills the shared part of a request.</summary>
    public static T Read<T>(JsonFields fields, T request) where T : GenerateRequest
    {
        bool stream = fields.Flag("stream") ?? false;
        AskedConstraint? constraint = ConstraintFields.Read(fields);
        bool ignoresEnd = fields.Flag("ignore_eos") ?? false;
        if (constraint is not null && ignoresEnd)
        {
            throw ApiException.Invalid($"{constraint.Field} ends an answer where its form does; ignore_eos goes on. Leave one of them out.", "ignore_eos");
        }
        return request with
        {
            Constraint = constraint,
            Model = fields.Text("model"),
            Stream = stream,
            StreamOptions = ReadStreamOptions(fields, stream),
            N = Within("n", fields.Integer("n") ?? 1, 1, MostAnswers),
            Stop = ReadStop(fields),
            StopTokenIds = AtMost("stop_token_ids", fields.List("stop_token_ids", JsonFields.Integer) ?? [], MostStopTokens),
            MaxTokens = AtLeastOne("max_tokens", fields.Integer("max_tokens")),
            Temperature = fields.Number("temperature"),
            TopP = fields.Number("top_p"),
            TopK = fields.Integer("top_k") is { } topK ? (topK == -1 ? 0 : topK) : null,
            MinP = fields.Number("min_p"),
            PresencePenalty = fields.Number("presence_penalty"),
            FrequencyPenalty = fields.Number("frequency_penalty"),
            RepetitionPenalty = fields.Number("repetition_penalty"),
            Seed = fields.LongInteger("seed"),
            LogitBias = ReadLogitBias(fields),
            IgnoreEos = ignoresEnd,
            CacheSalt = fields.Text("cache_salt"),
            User = fields.Text("user"),
        };
    }

    public static int? AtLeastOne(string name, int? value) => value is < 1
        ? throw ApiException.Invalid($"{name} is {value}; it must be at least 1.", name)
        : value;

    public static int Within(string name, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw ApiException.Invalid($"{name} is {value}; it must be from {least} to {most}.", name);

    /// <summary>The fields of <c>stream_options</c>; null where there are none.</summary>
    /// <exception cref="ApiException">They are there, and no stream is asked for.</exception>
    public static JsonFields? FindStreamOptions(JsonFields fields, bool stream)
    {
        JsonFields? options = fields.Object("stream_options");
        return options is null || stream
            ? options
            : throw ApiException.Invalid("stream_options is only for streams; set stream to true or leave it out.", "stream_options");
    }

    private static StreamOptions? ReadStreamOptions(JsonFields fields, bool stream) =>
        FindStreamOptions(fields, stream) is { } options
            ? new StreamOptions(options.Flag("include_usage") ?? false, options.Flag("continuous_usage_stats") ?? false)
            : null;

    private static string[] ReadStop(JsonFields fields)
    {
        string[] stops = fields.Find("stop") switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } several => JsonFields.List(several, "stop", JsonFields.Text),
            { } other => throw JsonFields.Wrong("stop", "a string or an array of strings", other),
        };
        return stops.Any(stop => stop.Length == 0)
            ? throw ApiException.Invalid("stop holds an empty string, which would end every answer before its first letter.", "stop")
            : AtMost("stop", stops, MostStops);
    }

    private static Dictionary<int, float>? ReadLogitBias(JsonFields fields)
    {
        if (fields.Object("logit_bias") is not { } entries)
        {
            return null;
        }
        Dictionary<int, float> biases = [];
        foreach (JsonProperty entry in entries.Enumerate())
        {
            if (!int.TryParse(entry.Name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int token))
            {
                throw ApiException.Invalid("logit_bias has a key that is no token id; keys are token ids as strings.", "logit_bias");
            }
            biases[token] = JsonFields.Number(entry.Value, entries.PathOf(entry.Name));
            if (biases.Count > MostBiases)
            {
                throw ApiException.Invalid($"logit_bias names more than {MostBiases} tokens.", "logit_bias");
            }
        }
        return biases;
    }

    private static T[] AtMost<T>(string name, T[] items, int most) => items.Length <= most
        ? items
        : throw ApiException.Invalid($"{name} has {items.Length} elements; at most {most} are allowed.", name);
}
