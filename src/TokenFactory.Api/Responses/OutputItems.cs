using System.Buffers;
using System.Text;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Dialects;

namespace TokenFactory.Api.Responses;

/// <summary>Gathers the parts of an answer as items, one of which is open at a time.</summary>
/// <param name="ids">Names them.</param>
internal class OutputItems(ItemIds ids) : GatheredParts
{
    private static readonly IReadOnlyList<TokenLogprobEntry> None = [];

    private readonly List<ResponseItem> _items = [];
    private readonly ArrayBufferWriter<byte> _text = new(256);
    private readonly List<TokenLogprobEntry> _logprobs = [];
    private ResponseItem? _open;

    /// <summary>The items that are closed.</summary>
    public IReadOnlyList<ResponseItem> Items => _items;

    /// <summary>Where the log probabilities of the text come from; null where none are wanted.</summary>
    public TextLogprobs? Logprobs { get; set; }

    /// <summary>Ends the answer. One without any part is an empty message.</summary>
    /// <param name="status">That of the item that it ends in.</param>
    public void End(string status)
    {
        Flush();
        if (_open is null && _items.Count == 0)
        {
            Open(ResponseItem.Message);
        }
        Close(status);
    }

    protected sealed override void WriteContent(ReadOnlySpan<byte> text)
    {
        Open(ResponseItem.Message);
        int known = _logprobs.Count;
        Logprobs?.MoveTo(_logprobs);
        Append(text, _logprobs.Count > known ? _logprobs[known..] : None);
    }

    protected sealed override void WriteReasoning(ReadOnlySpan<byte> text)
    {
        Open(ResponseItem.Reasoning);
        Append(text, None);
    }

    protected sealed override void WriteCall(int index, string id, string name)
    {
        Close(ResponseItem.Completed);
        Open(new ResponseItem(ResponseItem.Call, ids.Next(ResponseItem.Call)) { CallId = id, Name = name, Arguments = "" });
    }

    protected sealed override void WriteArguments(int index, ReadOnlySpan<byte> json) => Append(json, None);

    /// <summary>An item begins.</summary>
    /// <param name="item">The item, empty.</param>
    /// <param name="index">Its place.</param>
    protected virtual void OnOpened(ResponseItem item, int index)
    {
    }

    /// <summary>More of the text or the arguments of the open item.</summary>
    /// <param name="item">The item as it began.</param>
    /// <param name="text">The text.</param>
    /// <param name="logprobs">Log probabilities of its tokens.</param>
    protected virtual void OnText(ResponseItem item, ReadOnlySpan<byte> text, IReadOnlyList<TokenLogprobEntry> logprobs)
    {
    }

    /// <summary>An item has ended.</summary>
    protected virtual void OnClosed(ResponseItem item)
    {
    }

    private void Open(string type)
    {
        if (_open?.Type == type)
        {
            return;
        }
        Close(ResponseItem.Completed);
        Open(type == ResponseItem.Reasoning
            ? new ResponseItem(type, ids.Next(type)) { Summary = [], Content = [] }
            : new ResponseItem(type, ids.Next(type)) { Role = "assistant", Content = [] });
    }

    private void Open(ResponseItem item)
    {
        _open = item with { Status = ResponseItem.InProgress };
        OnOpened(_open, _items.Count);
    }

    private void Append(ReadOnlySpan<byte> text, IReadOnlyList<TokenLogprobEntry> logprobs)
    {
        _text.Write(text);
        OnText(_open!, text, logprobs);
    }

    private void Close(string status)
    {
        if (_open is not { } open)
        {
            return;
        }
        string text = Encoding.UTF8.GetString(_text.WrittenSpan);
        ResponseItem closed = open.Type switch
        {
            ResponseItem.Call => open with { Status = status, Arguments = text },
            ResponseItem.Reasoning => open with { Status = status, Content = [new ResponsePart(ResponsePart.Thought, text)] },
            _ => open with { Status = status, Content = [ResponsePart.Said(text, [.. _logprobs])] },
        };
        _open = null;
        _text.ResetWrittenCount();
        _logprobs.Clear();
        OnClosed(closed);
        _items.Add(closed);
    }
}
