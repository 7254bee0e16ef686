using TokenFactory.Api.Generations;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Completions;

/// <summary>Chunks of a completion.</summary>
internal sealed class CompletionChunkWriter : ChunkWriter
{
    private readonly CompletionRequest _request;
    private readonly ITokenizer _tokenizer;
    private readonly byte[][]? _echoes;
    private readonly int[] _offsets;

    /// <param name="sse">Where to.</param>
    /// <param name="head">What every chunk repeats.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="tokenizer">Names tokens in logprobs.</param>
    /// <param name="set">What is generated.</param>
    /// <param name="echoes">What each prompt's choices begin with, in UTF-8; null where nothing is repeated.</param>
    public CompletionChunkWriter(SseWriter sse, AnswerHead head, CompletionRequest request, ITokenizer tokenizer, GenerationSet set, byte[][]? echoes)
        : base(sse, head, "text_completion", request.StreamOptions, set.PromptTokens)
    {
        _request = request;
        _tokenizer = tokenizer;
        _echoes = echoes;
        _offsets = new int[set.Items.Count];
    }

    public override void WriteStart(int index)
    {
        if (_echoes is not null)
        {
            BeginText(index, _echoes[index / _request.N]);
            Sse.Raw("null,\"finish_reason\":null"u8);
            EndChunk();
        }
    }

    protected override bool WritePiece(int index, GenerationDelta delta)
    {
        bool hasLogprobs = _request.Logprobs is not null && delta.Tokens.Count > 0;
        if (delta.Text.IsEmpty && !hasLogprobs)
        {
            return false;
        }
        BeginText(index, delta.Text.Span);
        if (hasLogprobs)
        {
            CompletionLogprobs logprobs = CompletionLogprobs.Of(
                _tokenizer, delta.Tokens, delta.Alternatives, ref _offsets[index], _request.Logprobs > 0);
            Sse.Value(logprobs, ApiJson.Context.CompletionLogprobs);
        }
        else
        {
            Sse.Raw("null"u8);
        }
        Sse.Raw(",\"finish_reason\":null"u8);
        EndChunk();
        return true;
    }

    public override void WriteFinish(int index, GenerationOutcome outcome)
    {
        BeginText(index, []);
        Sse.Raw(outcome.Reason == FinishReason.Length ? "null,\"finish_reason\":\"length\""u8 : "null,\"finish_reason\":\"stop\""u8);
        EndChunk();
    }

    private void BeginText(int index, ReadOnlySpan<byte> text)
    {
        BeginChunk(index);
        Sse.Raw(",\"text\":"u8);
        Sse.Text(text);
        Sse.Raw(",\"logprobs\":"u8);
    }
}
