using System.Text.Json;
using System.Text.Json.Serialization;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Tracing;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Completions;

/// <summary>Prompts to be continued.</summary>
public sealed record CompletionRequest : GenerateRequest
{
    /// <summary>
    /// A string, an array of strings, an array of token ids, or an array of arrays of token ids. Valid while the body that it was read
    /// from is.
    /// </summary>
    [JsonPropertyName("prompt")]
    public required JsonElement Prompt { get; init; }

    /// <summary>Log probabilities of the tokens, and of this many most likely ones at each place, 0 to 20.</summary>
    [JsonPropertyName("logprobs")]
    public int? Logprobs { get; init; }

    /// <summary>Whether the text begins with the prompt. Not together with <c>logprobs</c>.</summary>
    [JsonPropertyName("echo")]
    public bool Echo { get; init; }

    // Answers that one request may ask for, prompts times n.
    private const int MostChoices = 1024;

    internal override int? WantedLogprobs => Logprobs;

    internal override GenerationOperation Operation => GenerationOperation.TextCompletion;

    /// <summary>The prompts as tokens, each at least one.</summary>
    /// <exception cref="ApiException">The field is of another form, a prompt is empty, or there are too many.</exception>
    internal TextPrompt[] ReadPrompts(ITokenizer tokenizer) => TextPrompt.Read(Prompt, "prompt", tokenizer, RefusePrompts);

    private string? RefusePrompts(int count) => (long)count * N > MostChoices
        ? $"The request asks for {(long)count * N} answers, prompts times n; at most {MostChoices} are allowed."
        : null;
}
