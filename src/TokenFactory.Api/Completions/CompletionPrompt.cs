using System.Globalization;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Completions;

/// <summary>One prompt of a completion request.</summary>
/// <param name="Tokens">Its tokens, at least one.</param>
/// <param name="Text">Its text as it was sent; null where tokens were sent.</param>
internal sealed record CompletionPrompt(int[] Tokens, string? Text)
{
    // Answers that one request may ask for, prompts times n.
    private const int MostChoices = 1024;

    private const string Expected = "a string, an array of strings, an array of token ids, or an array of arrays of token ids";

    /// <summary>The prompt's text, for an answer that repeats it.</summary>
    public string TextBy(ITokenizer tokenizer) => Text ?? tokenizer.Decode(Tokens, skipSpecialTokens: true);

    /// <summary>Reads all prompts of a request.</summary>
    /// <param name="prompt">The field as it was sent.</param>
    /// <param name="perPrompt">Answers to each.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <exception cref="ApiException">The field is of another form, or a prompt is empty.</exception>
    public static CompletionPrompt[] Read(JsonElement prompt, int perPrompt, ITokenizer tokenizer)
    {
        CompletionPrompt[] prompts = prompt.ValueKind switch
        {
            JsonValueKind.String => [Encode(prompt, "prompt", tokenizer)],
            JsonValueKind.Array when prompt.GetArrayLength() > 0 => ReadArray(prompt, perPrompt, tokenizer),
            JsonValueKind.Array => throw ApiException.Invalid("prompt is an empty array; it must hold at least one prompt or token.", "prompt"),
            _ => throw JsonFields.Wrong("prompt", Expected, prompt),
        };
        int empty = Array.FindIndex(prompts, one => one.Tokens.Length == 0);
        return empty < 0 ? prompts : throw ApiException.Invalid(
            string.Create(CultureInfo.InvariantCulture, $"Prompt {empty} has no tokens; a completion needs at least one."), "prompt");
    }

    private static CompletionPrompt[] ReadArray(JsonElement array, int perPrompt, ITokenizer tokenizer)
    {
        if (array[0].ValueKind == JsonValueKind.Number)
        {
            return [FromTokens(array, "prompt", tokenizer)];
        }
        if ((long)array.GetArrayLength() * perPrompt > MostChoices)
        {
            throw ApiException.Invalid(
                $"The request asks for {(long)array.GetArrayLength() * perPrompt} answers, prompts times n; at most {MostChoices} are allowed.", "prompt");
        }
        return array[0].ValueKind switch
        {
            JsonValueKind.String => JsonFields.List(array, "prompt", (item, place) => Encode(item, place, tokenizer)),
            JsonValueKind.Array => JsonFields.List(array, "prompt", (item, place) => FromTokens(item, place, tokenizer)),
            _ => throw JsonFields.Wrong("prompt[0]", "a string, a token id or an array of token ids", array[0]),
        };
    }

    private static CompletionPrompt Encode(JsonElement item, string place, ITokenizer tokenizer)
    {
        string text = JsonFields.Text(item, place);
        return new CompletionPrompt(tokenizer.Encode(text, addSpecialTokens: true, parseSpecialTokens: true), text);
    }

    private static CompletionPrompt FromTokens(JsonElement item, string place, ITokenizer tokenizer)
    {
        if (item.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Wrong(place, "an array of token ids", item);
        }
        int[] tokens = JsonFields.List(item, place, JsonFields.Integer);
        int wrong = Array.FindIndex(tokens, token => (uint)token >= (uint)tokenizer.VocabularySize);
        return wrong < 0 ? new CompletionPrompt(tokens, null) : throw ApiException.Invalid(
            $"{place}[{wrong}] is token {tokens[wrong]}; this model's tokens run from 0 to {tokenizer.VocabularySize - 1}.", "prompt");
    }
}
