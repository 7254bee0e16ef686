using System.Buffers;
using System.Text.Json;
using TokenFactory.Tenancy.Batches;

namespace TokenFactory.Api.Batches;

/// <summary>A line that is done, as its file takes it.</summary>
/// <param name="IsSuccess">Whether it belongs to the answers rather than the errors.</param>
/// <param name="Bytes">The line with its end.</param>
internal readonly record struct AnswerLine(bool IsSuccess, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>A line that its endpoint has answered, with success or an error.</summary>
    /// <param name="id">The line's id.</param>
    /// <param name="customId">The client's name for it.</param>
    /// <param name="answer">The answer.</param>
    public static AnswerLine Of(string id, string customId, LineAnswer answer) => new(answer.IsSuccess, Write(id, customId, writer =>
    {
        writer.WriteStartObject("response"u8);
        writer.WriteNumber("status_code"u8, answer.Status);
        writer.WriteString("request_id"u8, answer.RequestId);
        writer.WritePropertyName("body"u8);
        writer.WriteRawValue(answer.Body.Span, skipInputValidation: true);
        writer.WriteEndObject();
        writer.WriteNull("error"u8);
    }));

    /// <summary>A line that no endpoint has answered.</summary>
    public static AnswerLine Unanswered(string id, string customId, string code, string message) => new(false, Write(id, customId, writer =>
    {
        writer.WriteNull("response"u8);
        writer.WriteStartObject("error"u8);
        writer.WriteString("code"u8, code);
        writer.WriteString("message"u8, message);
        writer.WriteEndObject();
    }));

    /// <summary>What every line of a batch begins with: the name of <c>id</c> and the id up to the line's number.</summary>
    public static byte[] HeadOf(Batch batch) => System.Text.Encoding.UTF8.GetBytes($"{{\"id\":\"{batch.LineId(0)[..^8]}");

    private static ReadOnlyMemory<byte> Write(string id, string customId, Action<Utf8JsonWriter> rest)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter writer = new(buffer, ApiJson.WriterOptions))
        {
            writer.WriteStartObject();

            // First, because a file that is read again after a crash is known by it.
            writer.WriteString("id"u8, id);
            writer.WriteString("custom_id"u8, customId);
            rest(writer);
            writer.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
