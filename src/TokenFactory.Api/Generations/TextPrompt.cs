using System.Globalization;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Generations;

/// <summary>One text of a request that takes texts or tokens, one or several.</summary>
/// <param name="Tokens">Its tokens, at least one.</param>
/// <param name="Text">Its text as it was sent; null where tokens were sent.</param>
internal sealed record TextPrompt(int[] Tokens, string? Text)
{
    private const string Expected = "a string, an array of strings, an array of token ids, or an array of arrays of token ids";

    /// <summary>The prompt's text, for an answer that repeats it.</summary>
    public string TextBy(ITokenizer tokenizer) => Text ?? tokenizer.Decode(Tokens, skipSpecialTokens: true);

    /// <summary>Reads all prompts of a request.</summary>
    /// <param name="value">The field as it was sent.</param>
    /// <param name="field">The field's name.</param>
    /// <param name="tokenizer">The model's; a text gets the begin and end tokens that the model wants.</param>
    /// <param name="refuseCount">Says in words what is wrong with so many prompts; null where nothing is. Asked before any is read.</param>
    /// <exception cref="ApiException">The field is of another form, or a prompt is empty.</exception>
    public static TextPrompt[] Read(JsonElement value, string field, ITokenizer tokenizer, Func<int, string?> refuseCount)
    {
        TextPrompt[] prompts = value.ValueKind switch
        {
            JsonValueKind.String => [Encode(value, field, tokenizer)],
            JsonValueKind.Array when value.GetArrayLength() > 0 => ReadArray(value, field, tokenizer, refuseCount),
            JsonValueKind.Array => throw ApiException.Invalid($"{field} is an empty array; it must hold at least one text or token.", field),
            _ => throw JsonFields.Wrong(field, Expected, value),
        };
        int empty = Array.FindIndex(prompts, one => one.Tokens.Length == 0);
        return empty < 0 ? prompts : throw ApiException.Invalid(
            string.Create(CultureInfo.InvariantCulture, $"Number {empty} of {field} has no tokens; it needs at least one."), field);
    }

    private static TextPrompt[] ReadArray(JsonElement array, string field, ITokenizer tokenizer, Func<int, string?> refuseCount)
    {
        if (array[0].ValueKind == JsonValueKind.Number)
        {
            return [FromTokens(array, field, field, tokenizer)];
        }
        if (refuseCount(array.GetArrayLength()) is { } problem)
        {
            throw ApiException.Invalid(problem, field);
        }
        return array[0].ValueKind switch
        {
            JsonValueKind.String => JsonFields.List(array, field, (item, place) => Encode(item, place, tokenizer)),
            JsonValueKind.Array => JsonFields.List(array, field, (item, place) => FromTokens(item, place, field, tokenizer)),
            _ => throw JsonFields.Wrong($"{field}[0]", "a string, a token id or an array of token ids", array[0]),
        };
    }

    private static TextPrompt Encode(JsonElement item, string place, ITokenizer tokenizer)
    {
        string text = JsonFields.Text(item, place);
        return new TextPrompt(tokenizer.Encode(text, addSpecialTokens: true, parseSpecialTokens: true), text);
    }

    private static TextPrompt FromTokens(JsonElement item, string place, string field, ITokenizer tokenizer)
    {
        if (item.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Wrong(place, "an array of token ids", item);
        }
        int[] tokens = JsonFields.List(item, place, JsonFields.Integer);
        int wrong = Array.FindIndex(tokens, token => (uint)token >= (uint)tokenizer.VocabularySize);
        return wrong < 0 ? new TextPrompt(tokens, null) : throw ApiException.Invalid(
            $"{place}[{wrong}] is token {tokens[wrong]}; this model's tokens run from 0 to {tokenizer.VocabularySize - 1}.", field);
    }
}
