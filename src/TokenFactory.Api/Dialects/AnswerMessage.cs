using System.Buffers;
using System.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>The parts of one answer, gathered.</summary>
internal sealed class AnswerMessage : IAnswerSink
{
    private readonly ArrayBufferWriter<byte> _content = new();
    private readonly ArrayBufferWriter<byte> _reasoning = new();
    private readonly List<Call> _calls = [];

    /// <summary>What the model says.</summary>
    public string Content => Encoding.UTF8.GetString(_content.WrittenSpan);

    /// <summary>What it thinks; null where it does not.</summary>
    public string? Reasoning => _reasoning.WrittenCount > 0 ? Encoding.UTF8.GetString(_reasoning.WrittenSpan) : null;

    /// <summary>What it calls, in order.</summary>
    public IReadOnlyList<Call> Calls => _calls;

    void IAnswerSink.Content(ReadOnlySpan<byte> text) => _content.Write(text);

    void IAnswerSink.Reasoning(ReadOnlySpan<byte> text) => _reasoning.Write(text);

    public void BeginCall(string id, string name) => _calls.Add(new Call(id, name));

    void IAnswerSink.Arguments(ReadOnlySpan<byte> json) => _calls[^1].Append(json);

    /// <summary>A call of a tool.</summary>
    /// <param name="id">Names it, for its result.</param>
    /// <param name="name">The tool.</param>
    internal sealed class Call(string id, string name)
    {
        private readonly ArrayBufferWriter<byte> _arguments = new();

        public string Id => id;

        public string Name => name;

        /// <summary>The arguments as the model wrote them; mostly a JSON object.</summary>
        public string Arguments => Encoding.UTF8.GetString(_arguments.WrittenSpan);

        internal void Append(ReadOnlySpan<byte> json) => _arguments.Write(json);
    }
}
