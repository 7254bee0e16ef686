using System.Text;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// The messages of gpt-oss (OpenAI's harmony response format): each a header, <c>&lt;|message|&gt;</c>, a body and an end. Bodies in the
/// channel <c>analysis</c> are reasoning, those to a recipient are calls, all others content. The prompt ends within the first header.
/// </summary>
/// <param name="sink">Hears the parts.</param>
/// <param name="hasTools">Whether tools were offered; else messages to them are content.</param>
internal sealed class HarmonyParser(IAnswerSink sink, bool hasTools) : AnswerParser(sink)
{
    private const string Functions = "functions.";

    /// <summary>How many of <see cref="Ends"/>, the first of them, are part of the body that they end.</summary>
    private const int EndsWithin = 3;

    private static readonly byte[] Message = "<|message|>"u8.ToArray();

    /// <summary>What ends a body: an end, or what can only be in the next header.</summary>
    private static readonly byte[][] Ends = [.. Utf8("<|end|>", "<|call|>", "<|return|>", "<|start|>", "<|channel|>", "<|message|>")];

    private static readonly byte[][] HeaderStarts = [.. Utf8("<|start|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|end|>", "<|call|>", "<|return|>", " to=", "to=")];

    private Part _part = Part.Header;

    private enum Part
    {
        Header,
        Reasoning,
        Arguments,
        Content,
    }

    public override bool IsReasoning => _part == Part.Reasoning;

    protected override bool Step() => _part == Part.Header ? ReadHeader() : ReadBody();

    /// <summary>A header that never got a body says nothing.</summary>
    protected override void End()
    {
    }

    /// <summary>Reads a header whole; text that begins no header is content that the model sent without one.</summary>
    private bool ReadHeader()
    {
        bool isOpen = false;
        foreach (byte[] start in HeaderStarts)
        {
            bool? begins = Begins(start);
            isOpen |= begins is null;
            if (begins is not true)
            {
                continue;
            }
            int mark = Marks.Find(Held.Span, Message, out _);
            if (mark < 0)
            {
                return false;
            }
            _part = PartOf(Encoding.UTF8.GetString(Held.Span[..mark]));
            Held.Drop(mark + Message.Length);
            return true;
        }
        if (!isOpen)
        {
            _part = Part.Content;
        }
        return !isOpen;
    }

    private bool ReadBody()
    {
        int end = Marks.FindAny(Held.Span, Ends, out byte[] mark, out int certain);
        int count = end >= 0 ? end : IsEnding ? Held.Length : certain;
        if (count > 0)
        {
            PassOn(Held.Span[..count]);
            Held.Drop(count);
        }
        if (end < 0)
        {
            return false;
        }
        if (Array.IndexOf(Ends, mark) < EndsWithin)
        {
            Held.Drop(mark.Length);
        }
        _part = Part.Header;
        return true;
    }

    private void PassOn(ReadOnlySpan<byte> text)
    {
        switch (_part)
        {
            case Part.Reasoning:
                Sink.Reasoning(text);
                break;
            case Part.Arguments:
                Sink.Arguments(text);
                break;
            default:
                Sink.Content(text);
                break;
        }
    }

    /// <summary>What a header announces. A recipient stands before the channel or after it, by the model's whim.</summary>
    private Part PartOf(string header)
    {
        if (hasTools && After(header, "to=") is { Length: > 0 } recipient && recipient != "assistant")
        {
            Sink.BeginCall(CallIds.New(ToolFormat.Harmony), recipient.StartsWith(Functions, StringComparison.Ordinal) ? recipient[Functions.Length..] : recipient);
            return Part.Arguments;
        }
        return After(header, "<|channel|>") == "analysis" ? Part.Reasoning : Part.Content;
    }

    /// <summary>The word that follows a mark in a header; null where the mark is absent.</summary>
    private static string? After(string header, string mark)
    {
        int start = header.LastIndexOf(mark, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }
        ReadOnlySpan<char> rest = header.AsSpan(start + mark.Length).TrimStart();
        int end = rest.IndexOfAny(" \t\r\n<");
        return (end < 0 ? rest : rest[..end]).ToString();
    }

    private static IEnumerable<byte[]> Utf8(params string[] marks) => marks.Select(Encoding.UTF8.GetBytes);
}
