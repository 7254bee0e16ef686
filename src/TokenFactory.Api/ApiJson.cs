using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Batches;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Completions;
using TokenFactory.Api.Embeddings;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Files;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Health;
using TokenFactory.Api.Messages;
using TokenFactory.Api.Models;
using TokenFactory.Api.Requests;
using TokenFactory.Api.Responses;
using TokenFactory.Api.Tokenization;

namespace TokenFactory.Api;

/// <summary>How answers become JSON: by generated code, with text as itself rather than as escapes. Answers are never HTML.</summary>
internal static class ApiJson
{
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ApiJsonContext Context { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes an answer whole.</summary>
    public static async Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>Writes an answer that may be long, piece by piece as the client takes it.</summary>
    public static Task WriteLongAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.BodyWriter, value, type, context.RequestAborted);
    }
}

/// <summary>The protocol's records, known to the serialiser at compile time.</summary>
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ReadinessReport))]
[JsonSerializable(typeof(LivenessReport))]
[JsonSerializable(typeof(Usage))]
[JsonSerializable(typeof(ChatCompletionRequest))]
[JsonSerializable(typeof(ChatCompletionResponse))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(CompletionResponse))]
[JsonSerializable(typeof(EmbeddingRequest))]
[JsonSerializable(typeof(EmbeddingResponse))]
[JsonSerializable(typeof(ModelCard))]
[JsonSerializable(typeof(MessagesResponse))]
[JsonSerializable(typeof(MessagesError))]
[JsonSerializable(typeof(TokenCount))]
[JsonSerializable(typeof(TokenizeResponse))]
[JsonSerializable(typeof(DetokenizeResponse))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(FileObject))]
[JsonSerializable(typeof(ListPage<FileObject>))]
[JsonSerializable(typeof(DeletedFile))]
[JsonSerializable(typeof(BatchObject))]
[JsonSerializable(typeof(ListPage<BatchObject>))]
[JsonSerializable(typeof(IReadOnlyList<BatchError>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(ResponseObject))]
[JsonSerializable(typeof(IReadOnlyList<ResponseItem>))]
[JsonSerializable(typeof(ListPage<ResponseItem>))]
[JsonSerializable(typeof(IReadOnlyList<TokenLogprobEntry>))]
[JsonSerializable(typeof(DeletedResponse))]
[JsonSerializable(typeof(InputTokenCount))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
