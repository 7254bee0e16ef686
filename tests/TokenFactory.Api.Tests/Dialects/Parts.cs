using System.Text;
using TokenFactory.Api.Dialects;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Tests.Dialects;

/// <summary>Writes an answer's parts down: kinds and texts in order, neighbours of one kind as one.</summary>
internal sealed class Parts : IAnswerSink
{
    private readonly List<(string Kind, string Text)> _parts = [];

    /// <summary>Ids of the calls, in order.</summary>
    public List<string> Ids { get; } = [];

    public IReadOnlyList<(string Kind, string Text)> All => _parts;

    /// <summary>All of one kind, joined.</summary>
    public string Of(string kind) => string.Concat(_parts.Where(part => part.Kind == kind).Select(part => part.Text));

    /// <summary>The calls as name and arguments.</summary>
    public string[] Calls
    {
        get
        {
            List<string> calls = [];
            foreach ((string kind, string text) in _parts)
            {
                if (kind == "call")
                {
                    calls.Add(text);
                }
                else if (kind == "arguments")
                {
                    calls[^1] += text;
                }
            }
            return [.. calls];
        }
    }

    public void Content(ReadOnlySpan<byte> text) => Add("content", text);

    public void Reasoning(ReadOnlySpan<byte> text) => Add("reasoning", text);

    public void Arguments(ReadOnlySpan<byte> json) => Add("arguments", json);

    public void BeginCall(string id, string name)
    {
        Ids.Add(id);
        _parts.Add(("call", name));
    }

    public override string ToString() => string.Join("\n", _parts.Select(part => $"{part.Kind}: {part.Text}"));

    /// <summary>Reads an answer that comes in the given pieces.</summary>
    public static Parts Read(ChatDialect dialect, IEnumerable<string> pieces, bool isReasoningOpen = false, string prefill = "")
    {
        Parts parts = new();
        ReadingPlan plan = new(dialect, new HashSet<string> { "get_weather", "add" }, isReasoningOpen, Encoding.UTF8.GetBytes(prefill), OneCall: false);
        AnswerReader reader = plan.CreateReader(parts);
        foreach (string piece in pieces)
        {
            TokenFactory.Engine.Loop.GenerationDelta delta = new();
            delta.Add('x', 0, [], Encoding.UTF8.GetBytes(piece));
            reader.Append(delta);
        }
        reader.Finish();
        return parts;
    }

    public static Parts Read(ChatDialect dialect, string text) => Read(dialect, [text]);

    private void Add(string kind, ReadOnlySpan<byte> utf8)
    {
        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8);
        if (_parts is [.., var last] && last.Kind == kind)
        {
            _parts[^1] = (kind, last.Text + text);
        }
        else if (text.Length > 0)
        {
            _parts.Add((kind, text));
        }
    }
}
