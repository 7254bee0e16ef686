using System.Buffers;
using System.Text.Json;
using TokenFactory.Api.Generations;

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

    /// <param name="sse">Where to.</param>
    /// <param name="head">What every chunk repeats.</param>
    /// <param name="objectName">The chunk's <c>object</c>.</param>
    /// <param name="includeUsage">Whether a last chunk says how many tokens were used; the others then say null.</param>
    protected ChunkWriter(SseWriter sse, AnswerHead head, string objectName, bool includeUsage)
        : base(sse)
    {
        _includeUsage = includeUsage;
        byte[] shared = EncodeHead(head, objectName);
        _head = [.. shared, .. "[{\"index\":"u8];
        _emptyHead = [.. shared, .. "[],\"usage\":"u8];
        _tail = includeUsage ? [.. "}],\"usage\":null}"u8] : [.. "}]}"u8];
    }

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
        Sse.Raw(_tail);
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
