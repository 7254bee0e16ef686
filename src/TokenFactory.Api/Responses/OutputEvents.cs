using System.Globalization;
using System.Text;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Streaming;

namespace TokenFactory.Api.Responses;

/// <summary>The events of an answer's items, and the numbers of all events of a response.</summary>
/// <param name="ids">Names the items.</param>
/// <param name="sse">Where to.</param>
internal sealed class OutputEvents(ItemIds ids, SseWriter sse) : OutputItems(ids)
{
    /// <summary>What the events of the open item repeat.</summary>
    private byte[] _place = [];

    private int _index;

    /// <summary>Events written.</summary>
    public int Written { get; private set; }

    /// <summary>Begins an event of the protocol, up to its number.</summary>
    public void Begin(ReadOnlySpan<byte> type)
    {
        sse.BeginEvent(type);
        sse.Raw("{\"type\":\""u8);
        sse.Raw(type);
        sse.Raw("\",\"sequence_number\":"u8);
        sse.Number(Written++);
    }

    public void End()
    {
        sse.Raw("}"u8);
        sse.EndEvent();
    }

    protected override void OnOpened(ResponseItem item, int index)
    {
        _index = index;
        _place = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $",\"item_id\":\"{item.Id}\",\"output_index\":{index}{(item.Type == ResponseItem.Call ? "" : ",\"content_index\":0")}"));
        WriteItem("response.output_item.added"u8, item);
        if (item.Type != ResponseItem.Call)
        {
            WritePart("response.content_part.added"u8, item.Type == ResponseItem.Reasoning ? new ResponsePart(ResponsePart.Thought, "") : ResponsePart.Said(""));
        }
    }

    protected override void OnText(ResponseItem item, ReadOnlySpan<byte> text, IReadOnlyList<TokenLogprobEntry> logprobs)
    {
        BeginPlaced(item.Type switch
        {
            ResponseItem.Call => "response.function_call_arguments.delta"u8,
            ResponseItem.Reasoning => "response.reasoning_text.delta"u8,
            _ => "response.output_text.delta"u8,
        });
        sse.Raw(",\"delta\":"u8);
        sse.Text(text);
        if (item.Type == ResponseItem.Message)
        {
            WriteLogprobs(logprobs);
        }
        End();
    }

    protected override void OnClosed(ResponseItem item)
    {
        if (item.Type == ResponseItem.Call)
        {
            BeginPlaced("response.function_call_arguments.done"u8);
            sse.Raw(",\"name\":"u8);
            sse.Text(item.Name!);
            sse.Raw(",\"arguments\":"u8);
            sse.Text(item.Arguments!);
            End();
        }
        else
        {
            ResponsePart part = item.Content![0];
            BeginPlaced(item.Type == ResponseItem.Reasoning ? "response.reasoning_text.done"u8 : "response.output_text.done"u8);
            sse.Raw(",\"text\":"u8);
            sse.Text(part.Text);
            if (part.Logprobs is { } logprobs)
            {
                WriteLogprobs(logprobs);
            }
            End();
            WritePart("response.content_part.done"u8, part);
        }
        WriteItem("response.output_item.done"u8, item);
    }

    private void BeginPlaced(ReadOnlySpan<byte> type)
    {
        Begin(type);
        sse.Raw(_place);
    }

    private void WritePart(ReadOnlySpan<byte> type, ResponsePart part)
    {
        BeginPlaced(type);
        sse.Raw(",\"part\":"u8);
        sse.Value(part, ApiJson.Context.ResponsePart);
        End();
    }

    private void WriteItem(ReadOnlySpan<byte> type, ResponseItem item)
    {
        Begin(type);
        sse.Raw(",\"output_index\":"u8);
        sse.Number(_index);
        sse.Raw(",\"item\":"u8);
        sse.Value(item, ApiJson.Context.ResponseItem);
        End();
    }

    private void WriteLogprobs(IReadOnlyList<TokenLogprobEntry> logprobs)
    {
        sse.Raw(",\"logprobs\":"u8);
        if (logprobs.Count == 0)
        {
            sse.Raw("[]"u8);
        }
        else
        {
            sse.Value(logprobs, ApiJson.Context.IReadOnlyListTokenLogprobEntry);
        }
    }
}
