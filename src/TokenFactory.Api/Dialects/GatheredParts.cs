using System.Buffers;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// Joins parts of one kind that come in a row, so that a stream gets one chunk for them: those of a whole delta, up to
/// <see cref="Flush"/>. Allocates nothing once its buffer has grown.
/// </summary>
internal abstract class GatheredParts : IAnswerSink
{
    private readonly ArrayBufferWriter<byte> _text = new(256);
    private Kind _kind;

    private enum Kind
    {
        Content,
        Reasoning,
        Arguments,
    }

    /// <summary>Calls that have begun.</summary>
    public int Calls { get; private set; }

    public void Content(ReadOnlySpan<byte> text) => Gather(Kind.Content, text);

    public void Reasoning(ReadOnlySpan<byte> text) => Gather(Kind.Reasoning, text);

    public void Arguments(ReadOnlySpan<byte> json) => Gather(Kind.Arguments, json);

    public void BeginCall(string id, string name)
    {
        Flush();
        WriteCall(Calls, id, name);
        Calls++;
    }

    /// <summary>Writes what has gathered.</summary>
    public void Flush()
    {
        if (_text.WrittenCount == 0)
        {
            return;
        }
        switch (_kind)
        {
            case Kind.Reasoning:
                WriteReasoning(_text.WrittenSpan);
                break;
            case Kind.Arguments:
                WriteArguments(Calls - 1, _text.WrittenSpan);
                break;
            default:
                WriteContent(_text.WrittenSpan);
                break;
        }
        _text.ResetWrittenCount();
    }

    protected abstract void WriteContent(ReadOnlySpan<byte> text);

    protected abstract void WriteReasoning(ReadOnlySpan<byte> text);

    /// <param name="index">Its place among the answer's calls.</param>
    /// <param name="id">Names it, for its result.</param>
    /// <param name="name">The tool.</param>
    protected abstract void WriteCall(int index, string id, string name);

    protected abstract void WriteArguments(int index, ReadOnlySpan<byte> json);

    private void Gather(Kind kind, ReadOnlySpan<byte> text)
    {
        if (kind != _kind)
        {
            Flush();
            _kind = kind;
        }
        _text.Write(text);
    }
}
