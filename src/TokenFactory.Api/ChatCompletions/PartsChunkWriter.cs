using TokenFactory.Api.Dialects;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>
/// Chunks of a chat completion whose answers have parts: reasoning, content, and calls of tools, each of which begins with its id and
/// name and goes on with its arguments.
/// </summary>
internal sealed class PartsChunkWriter : ChatChunkWriter
{
    private readonly ChatCompletionRequest _request;
    private readonly ITokenizer _tokenizer;
    private readonly Choice[] _choices;

    /// <param name="sse">Where to.</param>
    /// <param name="head">What every chunk repeats.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="tokenizer">Names tokens in logprobs.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="plan">How answers are read.</param>
    public PartsChunkWriter(SseWriter sse, AnswerHead head, ChatCompletionRequest request, ITokenizer tokenizer, int promptTokens, ReadingPlan plan)
        : base(sse, head, request, tokenizer, promptTokens)
    {
        _request = request;
        _tokenizer = tokenizer;
        _choices = [.. Enumerable.Range(0, request.N).Select(index => new Choice(this, index, plan))];
    }

    protected override long ReasoningTokens => _choices.Sum(choice => (long)choice.Reader.ReasoningTokens);

    protected override bool WritePiece(int index, GenerationDelta delta)
    {
        bool hasLogprobs = _request.Logprobs && delta.Tokens.Count > 0;
        if (hasLogprobs)
        {
            BeginChunk(index);
            Sse.Raw(",\"delta\":{},\"logprobs\":"u8);
            Sse.Value(ChatLogprobs.Of(_tokenizer, delta.Tokens, delta.Alternatives), ApiJson.Context.ChatLogprobs);
            Sse.Raw(",\"finish_reason\":null"u8);
            EndChunk();
        }
        return _choices[index].Append(delta) || hasLogprobs;
    }

    public override void WriteFinish(int index, GenerationOutcome outcome)
    {
        Choice choice = _choices[index];
        choice.Finish();
        WriteFinish(index, FinishReasons.Name(outcome.Reason, choice.Calls > 0));
    }

    private void BeginDelta(int index, ReadOnlySpan<byte> field)
    {
        BeginChunk(index);
        Sse.Raw(",\"delta\":{"u8);
        Sse.Raw(field);
    }

    private void EndDelta()
    {
        Sse.Raw("},\"logprobs\":null,\"finish_reason\":null"u8);
        EndChunk();
    }

    private void WriteText(int index, ReadOnlySpan<byte> field, ReadOnlySpan<byte> text)
    {
        BeginDelta(index, field);
        Sse.Text(text);
        EndDelta();
    }

    /// <summary>One answer: its reader, and the chunks of its parts.</summary>
    private sealed class Choice : GatheredParts
    {
        private readonly PartsChunkWriter _writer;
        private readonly int _index;
        private bool _hasWritten;

        public Choice(PartsChunkWriter writer, int index, ReadingPlan plan)
        {
            _writer = writer;
            _index = index;
            Reader = plan.CreateReader(this);
        }

        public AnswerReader Reader { get; }

        /// <summary>Reads a delta and writes the parts in it; false where there were none.</summary>
        public bool Append(GenerationDelta delta)
        {
            _hasWritten = false;
            Reader.Append(delta);
            Flush();
            return _hasWritten;
        }

        public void Finish()
        {
            Reader.Finish();
            Flush();
        }

        protected override void WriteContent(ReadOnlySpan<byte> text) => WriteText("\"content\":"u8, text);

        protected override void WriteReasoning(ReadOnlySpan<byte> text) => WriteText("\"reasoning_content\":"u8, text);

        protected override void WriteCall(int index, string id, string name)
        {
            SseWriter sse = BeginCall(index);
            sse.Raw(",\"id\":"u8);
            sse.Text(id);
            sse.Raw(",\"type\":\"function\",\"function\":{\"name\":"u8);
            sse.Text(name);
            sse.Raw(",\"arguments\":\"\"}}]"u8);
            _writer.EndDelta();
        }

        protected override void WriteArguments(int index, ReadOnlySpan<byte> json)
        {
            SseWriter sse = BeginCall(index);
            sse.Raw(",\"function\":{\"arguments\":"u8);
            sse.Text(json);
            sse.Raw("}}]"u8);
            _writer.EndDelta();
        }

        private SseWriter BeginCall(int index)
        {
            _hasWritten = true;
            _writer.BeginDelta(_index, "\"tool_calls\":[{\"index\":"u8);
            _writer.Sse.Number(index);
            return _writer.Sse;
        }

        private void WriteText(ReadOnlySpan<byte> field, ReadOnlySpan<byte> text)
        {
            _hasWritten = true;
            _writer.WriteText(_index, field, text);
        }
    }
}
