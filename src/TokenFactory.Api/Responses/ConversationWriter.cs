using System.Text.Json;

namespace TokenFactory.Api.Responses;

/// <summary>
/// Writes items as the messages of a chat completion. What the model made in one go (reasoning, text, calls) is one message; system
/// messages at the beginning are one with the instructions, because many templates take one only.
/// </summary>
/// <param name="writer">Where to.</param>
internal sealed class ConversationWriter(Utf8JsonWriter writer)
{
    private readonly List<ResponseItem> _turn = [];

    /// <summary>Writes a whole conversation as an array.</summary>
    public static void Write(Utf8JsonWriter writer, string? instructions, ReadOnlySpan<ResponseItem> items)
    {
        ConversationWriter conversation = new(writer);
        writer.WriteStartArray("messages"u8);
        int system = 0;
        while (system < items.Length && IsSystem(items[system]))
        {
            system++;
        }
        conversation.WriteSystem(instructions, items[..system]);
        foreach (ResponseItem item in items[system..])
        {
            conversation.Add(item);
        }
        conversation.EndTurn();
        writer.WriteEndArray();
    }

    private static bool IsSystem(ResponseItem item) => item is { Type: ResponseItem.Message, Role: "system" or "developer" };

    private void WriteSystem(string? instructions, ReadOnlySpan<ResponseItem> items)
    {
        List<string> texts = instructions is null ? [] : [instructions];
        foreach (ResponseItem item in items)
        {
            texts.Add(item.Text);
        }
        if (texts.Count > 0)
        {
            WriteMessage("system"u8, string.Join("\n\n", texts));
        }
    }

    private void Add(ResponseItem item)
    {
        if (item.IsAssistants)
        {
            // Text after text is another message, as it was when it was sent; text after calls belongs to them, whose outputs follow.
            if (item.Type != ResponseItem.Call && _turn.Exists(one => one.Type == ResponseItem.Message) && !_turn.Exists(one => one.Type == ResponseItem.Call))
            {
                EndTurn();
            }
            _turn.Add(item);
            return;
        }
        EndTurn();
        if (item.Type == ResponseItem.CallOutput)
        {
            writer.WriteStartObject();
            writer.WriteString("role"u8, "tool"u8);
            writer.WriteString("tool_call_id"u8, item.CallId);
            writer.WriteString("content"u8, item.Output);
            writer.WriteEndObject();
        }
        else
        {
            WriteMessage(IsSystem(item) ? "system"u8 : "user"u8, item.Text);
        }
    }

    private void WriteMessage(ReadOnlySpan<byte> role, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, role);
        writer.WriteString("content"u8, text);
        writer.WriteEndObject();
    }

    /// <summary>Writes what the model made as one message.</summary>
    private void EndTurn()
    {
        if (_turn.Count == 0)
        {
            return;
        }
        string thoughts = Join(ResponseItem.Reasoning);
        writer.WriteStartObject();
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("content"u8, Join(ResponseItem.Message));
        if (thoughts.Length > 0)
        {
            writer.WriteString("reasoning_content"u8, thoughts);
        }
        WriteCalls();
        writer.WriteEndObject();
        _turn.Clear();
    }

    /// <summary>The texts of a turn's items of a type. Reasoning that only its summary is left of is that.</summary>
    private string Join(string type) => string.Join('\n', _turn.Where(item => item.Type == type)
        .Select(item => item.Text is { Length: > 0 } text ? text : string.Join('\n', item.Summary?.Select(part => part.Text) ?? []))
        .Where(text => text.Length > 0));

    private void WriteCalls()
    {
        if (!_turn.Exists(item => item.Type == ResponseItem.Call))
        {
            return;
        }
        writer.WriteStartArray("tool_calls"u8);
        foreach (ResponseItem call in _turn)
        {
            if (call.Type == ResponseItem.Call)
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, call.CallId);
                writer.WriteString("type"u8, "function"u8);
                writer.WriteStartObject("function"u8);
                writer.WriteString("name"u8, call.Name);
                writer.WriteString("arguments"u8, call.Arguments);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
        }
        writer.WriteEndArray();
    }
}
