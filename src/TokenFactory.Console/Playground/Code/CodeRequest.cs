using System.Text.Json.Nodes;
using TokenFactory.Engine.Sampling;
using TokenFactory.Web.Playground.Answers;

namespace TokenFactory.Web.Playground.Code;

/// <summary>A message of a conversation as the API takes it.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record CodeMessage(string Role, string Content);

/// <summary>The request that asks the API for what the playground would show, for code in any language.</summary>
public sealed record CodeRequest
{
    /// <summary>The environment variable that the code takes the key from.</summary>
    public const string KeyVariable = "TOKENFACTORY_API_KEY";

    /// <summary>The API's address, <c>/v1</c> at its end.</summary>
    public required string BaseUrl { get; init; }

    public required string Model { get; init; }

    /// <summary>The conversation; null for a completion.</summary>
    public IReadOnlyList<CodeMessage>? Messages { get; init; }

    /// <summary>The text to complete; null for a chat.</summary>
    public string? Prompt { get; init; }

    /// <summary>The fields beside model and texts, by their wire names, in the order to write them: what differs from the model's defaults.</summary>
    public required IReadOnlyList<KeyValuePair<string, JsonNode>> Fields { get; init; }

    /// <summary>The lane, where it is not the API's default.</summary>
    public string? Lane { get; init; }

    public bool IsChat => Messages is not null;

    /// <summary>The path below <see cref="BaseUrl"/>.</summary>
    public string Path => IsChat ? "chat/completions" : "completions";

    /// <summary>The request for a setup.</summary>
    /// <param name="baseUrl">The API's address, <c>/v1</c> at its end.</param>
    /// <param name="setup">The model and how it answers.</param>
    /// <param name="messages">The conversation without the system prompt; null for a completion.</param>
    /// <param name="prompt">The text to complete; null for a chat.</param>
    public static CodeRequest Of(string baseUrl, AnswerSetup setup, IEnumerable<CodeMessage>? messages, string? prompt)
    {
        IEnumerable<CodeMessage>? all = messages;
        if (messages is not null && !string.IsNullOrWhiteSpace(setup.System))
        {
            all = messages.Prepend(new CodeMessage("system", setup.System));
        }
        return new CodeRequest
        {
            BaseUrl = baseUrl,
            Model = setup.Model.Name,
            Messages = all is null ? null : [.. all],
            Prompt = prompt,
            Fields = [.. FieldsOf(setup.Settings, setup.Model.Defaults, messages is not null)],
            Lane = setup.Lane == TokenFactory.Engine.Sequences.Lane.Interactive ? null : LaneNames.Of(setup.Lane),
        };
    }

    /// <summary>The body as JSON.</summary>
    public JsonObject ToBody()
    {
        JsonObject body = new() { ["model"] = Model };
        if (Messages is not null)
        {
            body["messages"] = new JsonArray([.. Messages.Select(message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })]);
        }
        else
        {
            body["prompt"] = Prompt;
        }
        foreach ((string name, JsonNode value) in Fields)
        {
            body[name] = value.DeepClone();
        }
        return body;
    }

    /// <summary>The fields beside model and texts: what differs from the model's defaults.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode>> FieldsOf(AnswerSettings settings, SamplingParameters defaults, bool isChat)
    {
        SamplingParameters sampling = settings.Sampling;
        // The API's own default is all that the context leaves; the playground's is not.
        yield return new("max_tokens", settings.MaxTokens);
        (string Name, JsonNode Value, bool Differs)[] numbers =
        [
            ("temperature", sampling.Temperature, sampling.Temperature != defaults.Temperature),
            ("top_p", sampling.TopP, sampling.TopP != defaults.TopP),
            ("top_k", sampling.TopK, sampling.TopK != defaults.TopK),
            ("min_p", sampling.MinP, sampling.MinP != defaults.MinP),
            ("presence_penalty", sampling.PresencePenalty, sampling.PresencePenalty != defaults.PresencePenalty),
            ("frequency_penalty", sampling.FrequencyPenalty, sampling.FrequencyPenalty != defaults.FrequencyPenalty),
            ("repetition_penalty", sampling.RepetitionPenalty, sampling.RepetitionPenalty != defaults.RepetitionPenalty),
        ];
        foreach ((string name, JsonNode value, _) in numbers.Where(number => number.Differs))
        {
            yield return new(name, value);
        }
        if (sampling.Seed is { } seed && seed != defaults.Seed)
        {
            yield return new("seed", seed);
        }
        if (settings.Stop.Count > 0)
        {
            yield return new("stop", new JsonArray([.. settings.Stop.Select(stop => (JsonNode)stop)]));
        }
        if (sampling.LogitBias is { Count: > 0 } biases)
        {
            yield return new("logit_bias", new JsonObject(biases.Select(bias => KeyValuePair.Create($"{bias.Key}", (JsonNode?)bias.Value))));
        }
        if (sampling.Logprobs && isChat)
        {
            yield return new("logprobs", true);
            yield return new("top_logprobs", sampling.TopLogprobs);
        }
        else if (sampling.Logprobs)
        {
            yield return new("logprobs", sampling.TopLogprobs);
        }
    }
}
