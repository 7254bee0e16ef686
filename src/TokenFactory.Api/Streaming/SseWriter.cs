using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TokenFactory.Api.Streaming;

/// <summary>
/// Frames server-sent events straight into a response's pipe. Nothing is allocated for an event made of bytes, numbers and text. Not
/// safe for several threads at once.
/// </summary>
internal sealed class SseWriter(PipeWriter output) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(output, ApiJson.WriterOptions);

    /// <summary>Begins an event; what follows up to <see cref="EndEvent"/> is its one line of data.</summary>
    public void BeginEvent() => Raw("data: "u8);

    /// <summary>Begins an event of a kind of its own.</summary>
    public void BeginEvent(ReadOnlySpan<byte> name)
    {
        Raw("event: "u8);
        Raw(name);
        Raw("\n"u8);
        BeginEvent();
    }

    public void EndEvent() => Raw("\n\n"u8);

    /// <summary>Bytes as they are; they hold no line breaks.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    public void Number(int value)
    {
        // Room for the longest Int32.
        Utf8Formatter.TryFormat(value, output.GetSpan(11), out int written);
        output.Advance(written);
    }

    /// <summary>A JSON string of valid UTF-8 text, its quotes included.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        _json.Reset();
        _json.WriteStringValue(utf8);
        _json.Flush();
    }

    /// <inheritdoc cref="Text(ReadOnlySpan{byte})"/>
    public void Text(string text)
    {
        _json.Reset();
        _json.WriteStringValue(text);
        _json.Flush();
    }

    /// <summary>Any value of the protocol. This allocates, and is for what is rare.</summary>
    public void Value<T>(T value, JsonTypeInfo<T> type)
    {
        _json.Reset();
        JsonSerializer.Serialize(_json, value, type);
        _json.Flush();
    }

    /// <summary>An event of a kind of its own: clients that know none but data take it as that.</summary>
    public void Event<T>(ReadOnlySpan<byte> name, T value, JsonTypeInfo<T> type)
    {
        BeginEvent(name);
        Value(value, type);
        EndEvent();
    }

    /// <summary>A comment, which clients skip and proxies count as life.</summary>
    public void KeepAlive() => Raw(": keep-alive\n\n"u8);

    public void Done() => Raw("data: [DONE]\n\n"u8);

    /// <summary>Sends what was written. Waits where the client reads slower than is written.</summary>
    public ValueTask<FlushResult> FlushAsync() => output.FlushAsync();

    public void Dispose() => _json.Dispose();
}
