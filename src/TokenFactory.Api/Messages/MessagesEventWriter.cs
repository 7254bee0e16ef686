using TokenFactory.Api.Dialects;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Messages;

/// <summary>The events of a streamed answer in Anthropic's protocol: the message begins, its blocks one after another, the message ends.</summary>
internal sealed class MessagesEventWriter : AnswerWriter
{
    private readonly AnswerHead _head;
    private readonly Generation _generation;
    private readonly string _requestId;
    private readonly Blocks _blocks;
    private readonly AnswerReader _reader;

    /// <param name="sse">Where to.</param>
    /// <param name="head">Names the answer.</param>
    /// <param name="generation">What is answered.</param>
    /// <param name="requestId">The request's id.</param>
    /// <param name="plan">How the answer is read.</param>
    public MessagesEventWriter(SseWriter sse, AnswerHead head, Generation generation, string requestId, ReadingPlan plan)
        : base(sse)
    {
        _head = head;
        _generation = generation;
        _requestId = requestId;
        _blocks = new Blocks(sse);
        _reader = plan.CreateReader(_blocks);
    }

    public override void WriteStart(int index)
    {
        int cached = _generation.CachedSoFar;
        MessagesUsage usage = new(_generation.Request.Prompt.Length - cached, 0, cached);
        Sse.BeginEvent("message_start"u8);
        Sse.Raw("{\"type\":\"message_start\",\"message\":"u8);
        Sse.Value(new MessagesResponse(_head.Id, _head.Model, [], null, null, usage), ApiJson.Context.MessagesResponse);
        Sse.Raw("}"u8);
        Sse.EndEvent();
        Sse.BeginEvent("ping"u8);
        Sse.Raw("{\"type\":\"ping\"}"u8);
        Sse.EndEvent();
    }

    public override bool WriteDelta(int index, GenerationDelta delta)
    {
        int before = _blocks.Events;
        _reader.Append(delta);
        _blocks.Flush();
        return _blocks.Events > before;
    }

    public override void WriteFinish(int index, GenerationOutcome outcome)
    {
        _reader.Finish();
        _blocks.Flush();
        _blocks.Close();
        Sse.BeginEvent("message_delta"u8);
        Sse.Raw("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"u8);
        Sse.Text(StopReasons.Name(outcome, _blocks.Calls > 0));
        Sse.Raw(",\"stop_sequence\":"u8);
        if (outcome.StopString is { } stop)
        {
            Sse.Text(stop);
        }
        else
        {
            Sse.Raw("null"u8);
        }
        Sse.Raw("},\"usage\":"u8);
        Sse.Value(MessagesUsage.Of(outcome), ApiJson.Context.MessagesUsage);
        Sse.Raw("}"u8);
        Sse.EndEvent();
    }

    public override void WriteEnd(Usage usage)
    {
        Sse.BeginEvent("message_stop"u8);
        Sse.Raw("{\"type\":\"message_stop\"}"u8);
        Sse.EndEvent();
    }

    public override void WriteFailure(ApiException failure) =>
        Sse.Event("error"u8, MessagesErrors.Of(failure, _requestId), ApiJson.Context.MessagesError);

    /// <summary>The blocks of the answer: one is open at a time.</summary>
    private sealed class Blocks(SseWriter sse) : GatheredParts
    {
        private int _index = -1;
        private string? _open;

        /// <summary>Events written.</summary>
        public int Events { get; private set; }

        /// <summary>Ends the open block.</summary>
        public void Close()
        {
            if (_open is not null)
            {
                _open = null;
                Begin("content_block_stop"u8);
                End();
            }
        }

        protected override void WriteContent(ReadOnlySpan<byte> text)
        {
            Open("text", "{\"type\":\"text\",\"text\":\"\"}"u8);
            WriteDelta("\"text_delta\",\"text\":"u8, text);
        }

        protected override void WriteReasoning(ReadOnlySpan<byte> text)
        {
            Open("thinking", "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"u8);
            WriteDelta("\"thinking_delta\",\"thinking\":"u8, text);
        }

        protected override void WriteCall(int index, string id, string name)
        {
            BeginBlock("tool_use");
            sse.Raw("{\"type\":\"tool_use\",\"id\":"u8);
            sse.Text(id);
            sse.Raw(",\"name\":"u8);
            sse.Text(name);
            sse.Raw(",\"input\":{}}"u8);
            End();
        }

        protected override void WriteArguments(int index, ReadOnlySpan<byte> json) => WriteDelta("\"input_json_delta\",\"partial_json\":"u8, json);

        private void Open(string kind, ReadOnlySpan<byte> block)
        {
            if (_open != kind)
            {
                BeginBlock(kind);
                sse.Raw(block);
                End();
            }
        }

        /// <summary>Begins the event that opens a block, up to the block itself.</summary>
        private void BeginBlock(string kind)
        {
            Close();
            _open = kind;
            _index++;
            Begin("content_block_start"u8);
            sse.Raw(",\"content_block\":"u8);
        }

        private void WriteDelta(ReadOnlySpan<byte> head, ReadOnlySpan<byte> text)
        {
            Begin("content_block_delta"u8);
            sse.Raw(",\"delta\":{\"type\":"u8);
            sse.Raw(head);
            sse.Text(text);
            sse.Raw("}"u8);
            End();
        }

        private void Begin(ReadOnlySpan<byte> type)
        {
            Events++;
            sse.BeginEvent(type);
            sse.Raw("{\"type\":\""u8);
            sse.Raw(type);
            sse.Raw("\",\"index\":"u8);
            sse.Number(_index);
        }

        private void End()
        {
            sse.Raw("}"u8);
            sse.EndEvent();
        }
    }
}
