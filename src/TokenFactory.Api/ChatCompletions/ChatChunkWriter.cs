using TokenFactory.Api.Generations;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Chunks of a chat completion. The first of each choice carries the role.</summary>
/// <param name="sse">Where to.</param>
/// <param name="head">What every chunk repeats.</param>
/// <param name="request">What was asked for.</param>
/// <param name="tokenizer">Names tokens in logprobs.</param>
/// <param name="promptTokens">Tokens of the prompt.</param>
internal class ChatChunkWriter(SseWriter sse, AnswerHead head, ChatCompletionRequest request, ITokenizer tokenizer, int promptTokens)
    : ChunkWriter(sse, head, "chat.completion.chunk", request.StreamOptions, promptTokens)
{
    /// <summary>Tokens of all choices that were reasoning.</summary>
    protected virtual long ReasoningTokens => 0;

    public override void WriteStart(int index)
    {
        BeginChunk(index);
        Sse.Raw(",\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null"u8);
        EndChunk();
    }

    protected override bool WritePiece(int index, GenerationDelta delta)
    {
        bool hasLogprobs = request.Logprobs && delta.Tokens.Count > 0;
        if (delta.Text.IsEmpty && !hasLogprobs)
        {
            return false;
        }
        BeginChunk(index);
        Sse.Raw(",\"delta\":{\"content\":"u8);
        Sse.Text(delta.Text.Span);
        Sse.Raw("},\"logprobs\":"u8);
        if (hasLogprobs)
        {
            Sse.Value(ChatLogprobs.Of(tokenizer, delta.Tokens, delta.Alternatives), ApiJson.Context.ChatLogprobs);
        }
        else
        {
            Sse.Raw("null"u8);
        }
        Sse.Raw(",\"finish_reason\":null"u8);
        EndChunk();
        return true;
    }

    public override void WriteFinish(int index, GenerationOutcome outcome) => WriteFinish(index, FinishReasons.Name(outcome.Reason));

    public override void WriteEnd(Usage usage) => base.WriteEnd(usage with { CompletionTokensDetails = new CompletionTokensDetails(ReasoningTokens) });

    protected void WriteFinish(int index, string reason)
    {
        BeginChunk(index);
        Sse.Raw(",\"delta\":{},\"logprobs\":null,\"finish_reason\":"u8);
        Sse.Text(reason);
        EndChunk();
    }
}
