using System.Globalization;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Embeddings;

/// <summary>Reads a request for embeddings from its body, and its texts for the model that it names.</summary>
internal static class EmbeddingReader
{
    public const string Input = "input";
    public const string Base64 = "base64";

    private const string Float = "float";
    private const int MostTexts = 2048;

    /// <exception cref="ApiException">A field is missing, of the wrong type, out of its bounds or not supported.</exception>
    public static EmbeddingRequest Read(JsonFields fields)
    {
        UnsupportedFields.RefuseInEmbeddings(fields);
        JsonElement input = fields.Find(Input) ?? throw ApiException.Invalid("input is missing; send a text, texts, or tokens.", Input);
        string? format = fields.Text("encoding_format");
        return new EmbeddingRequest
        {
            Input = input,
            Model = fields.Text("model"),
            EncodingFormat = format is null or Float or Base64
                ? format
                : throw ApiException.Invalid($"encoding_format must be {Float} or {Base64}.", "encoding_format"),
            Dimensions = GenerateFields.AtLeastOne("dimensions", fields.Integer("dimensions")),
            User = fields.Text("user"),
            CacheSalt = fields.Text("cache_salt"),
        };
    }

    /// <summary>The texts as tokens, with the begin and end tokens that the model wants.</summary>
    /// <exception cref="ApiException">The model embeds nothing or has narrower vectors, or a text is empty or longer than its context.</exception>
    public static int[][] ReadTexts(EmbeddingRequest request, ServedModel model)
    {
        if (model.FindEmbeddingProblem() is { } problem)
        {
            throw ApiException.Invalid($"{model.Name} makes no embeddings: {problem}. Ask another model.", "model", "model_not_supported");
        }
        if (request.Dimensions > model.Limits.PooledWidth)
        {
            throw ApiException.Invalid($"dimensions is {request.Dimensions}; vectors of {model.Name} have {model.Limits.PooledWidth}.", "dimensions");
        }
        TextPrompt[] texts = TextPrompt.Read(request.Input, Input, model.Tokenizer, RefuseCount);
        for (int i = 0; i < texts.Length; i++)
        {
            Check(texts[i], i, model);
        }
        CheckFits(texts, model);
        return Array.ConvertAll(texts, text => text.Tokens);
    }

    private static string? RefuseCount(int count) => count > MostTexts ? $"input holds {count} texts; at most {MostTexts} are allowed." : null;

    // All texts wait in the queue together; more than it holds would be told to come again for ever.
    private static void CheckFits(TextPrompt[] texts, ServedModel model)
    {
        (int mostTexts, long mostTokens) = (model.Policy.Policy.QueueRequests, model.Policy.Policy.QueueTokens);
        long tokens = texts.Sum(text => (long)text.Tokens.Length);
        if (texts.Length > mostTexts || tokens > mostTokens)
        {
            throw ApiException.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"input holds {texts.Length} texts of {tokens} tokens; the queue of {model.Name} takes {mostTexts} texts of {mostTokens} tokens together. Send fewer at once."),
                Input);
        }
    }

    // All texts are looked at before the first is computed: one that is too long must not cost what the others take.
    private static void Check(TextPrompt text, int index, ServedModel model)
    {
        if (text.Text is "")
        {
            throw ApiException.Invalid(string.Create(CultureInfo.InvariantCulture, $"Number {index} of input is an empty text, which has no embedding."), Input);
        }
        if (text.Tokens.Length > model.MaxContext)
        {
            throw ApiException.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"Number {index} of input has {text.Tokens.Length} tokens; the context of {model.Name} is {model.MaxContext}. Shorten it."),
                Input,
                "context_length_exceeded");
        }
    }
}
