using System.Buffers;
using System.Text.Json;
using TokenFactory.Api.Generations;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Streaming;

/// <summary>
/// Writes the chunks of a streamed answer. What all chunks share is encoded once an answer; a chunk is that, an index, and the text
/// that has gathered.
/// </summary>
internal abstract class ChunkWriter : AnswerWriter
{
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly byte[] _emptyHead;
    private readonly bool _includeUsage;
    private readonly bool _countsAlong;
    private readonly int _promptTokens;
    private int _sentTokens;

    /// <param name="sse">Where to.</param>
    /// <param name="head">What every chunk repeats.</param>
    /// <param name="objectName">The chunk's <c>object</c>.</param>
    /// <param name="options">Whether a last chunk says how many tokens were used, and what the others say of it: null, or what was sent by then.</param>
    /// <param name="promptTokens">Tokens of all prompts.</param>
    protected ChunkWriter(SseWriter sse, AnswerHead head, string objectName, StreamOptions? options, int promptTokens)
        : base(sse)
    {
        bool includeUsage = options is { IncludeUsage: true };
        _includeUsage = includeUsage;
        _countsAlong = options is { IncludeUsage: true, ContinuousUsageStats: true };
        _promptTokens = promptTokens;
        byte[] shared = EncodeHead(head, objectName);
        _head = [.. shared, .. "[{\"index\":"u8];
        _emptyHead = [.. shared, .. "[],\"usage\":"u8];
        _tail = includeUsage ? [.. "}],\"usage\":null}"u8] : [.. "}]}"u8];
    }

    public sealed override bool WriteDelta(int index, GenerationDelta delta)
    {
        _sentTokens += delta.Tokens.Count;
        return WritePiece(index, delta);
    }

    /// <inheritdoc cref="WriteDelta"/>
    protected abstract bool WritePiece(int index, GenerationDelta delta);

    public override void WriteEnd(Usage usage)
    {
        if (_includeUsage)
        {
            Sse.BeginEvent();
            Sse.Raw(_emptyHead);
            Sse.Value(usage, ApiJson.Context.Usage);
            Sse.Raw("}"u8);
            Sse.EndEvent();
        }
        Sse.Done();
    }

    /// <summary>Begins a chunk that holds one choice, up to its index.</summary>
    protected void BeginChunk(int index)
    {
        Sse.BeginEvent();
        Sse.Raw(_head);
        Sse.Number(index);
    }

    protected void EndChunk()
    {
        if (_countsAlong)
        {
            Sse.Raw("}],\"usage\":{\"prompt_tokens\":"u8);
            Sse.Number(_promptTokens);
            Sse.Raw(",\"completion_tokens\":"u8);
            Sse.Number(_sentTokens);
            Sse.Raw(",\"total_tokens\":"u8);
            Sse.Number(_promptTokens + _sentTokens);
            Sse.Raw("}}"u8);
        }
        else
        {
            Sse.Raw(_tail);
        }
        Sse.EndEvent();
    }

    private static byte[] EncodeHead(AnswerHead head, string objectName)
    {
        ArrayBufferWriter<byte> json = new();
        using Utf8JsonWriter writer = new(json, ApiJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("id"u8, head.Id);
        writer.WriteString("object"u8, objectName);
        writer.WriteNumber("created"u8, head.Created);
        writer.WriteString("model"u8, head.Model);
        if (head.ServiceTier is { } tier)
        {
            writer.WriteString("service_tier"u8, tier);
        }
        writer.WritePropertyName("choices"u8);
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }
}
