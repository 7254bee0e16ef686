using TokenFactory.Api.Dialects;
using TokenFactory.Api.Generations;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Responses;

/// <summary>An answer on its way from tokens to items, and the response that it makes.</summary>
internal sealed class ResponseAnswer
{
    private readonly ResponseObject _begun;
    private readonly OutputItems _items;
    private readonly AnswerReader _reader;
    private readonly Action<GeneratedToken, int>? _onToken;
    private IReadOnlyList<TokenLogprob> _alternatives = [];

    /// <param name="prepared">What is answered.</param>
    /// <param name="items">Takes the items.</param>
    public ResponseAnswer(PreparedResponse prepared, OutputItems items)
    {
        _begun = prepared.Begun;
        _items = items;
        if (prepared.Request.WantsLogprobs)
        {
            TextLogprobs logprobs = new(items, prepared.Model.Tokenizer);
            items.Logprobs = logprobs;
            _onToken = (token, length) => logprobs.Add(token, _alternatives, length);
            _reader = prepared.Encoded.Reading.CreateReader(logprobs);
        }
        else
        {
            _reader = prepared.Encoded.Reading.CreateReader(items);
        }
    }

    /// <summary>Takes what the generation produced since the last look.</summary>
    public void Append(GenerationDelta delta)
    {
        _alternatives = delta.Alternatives;
        _reader.Append(delta, _onToken);
        _items.Flush();
    }

    /// <summary>The generation has ended.</summary>
    public void Finish(GenerationOutcome outcome)
    {
        _reader.Finish();
        _items.End(outcome.Reason == FinishReason.Stop ? ResponseItem.Completed : ResponseItem.Incomplete);
    }

    /// <summary>The response of an answer that has ended by its own rules.</summary>
    /// <param name="outcome">How.</param>
    /// <param name="usage">Tokens used.</param>
    /// <param name="now">When.</param>
    public ResponseObject Complete(GenerationOutcome outcome, Usage usage, DateTimeOffset now)
    {
        bool isCut = outcome.Reason == FinishReason.Length;
        return End(isCut ? ResponseObject.Incomplete : ResponseObject.Completed, usage) with
        {
            CompletedAt = isCut ? null : now.ToUnixTimeSeconds(),
            IncompleteDetails = isCut ? IncompleteDetails.Length : null,
        };
    }

    /// <summary>The response of an answer that was cancelled, with what there is of it.</summary>
    public ResponseObject Cancel(Usage usage) => End(ResponseObject.Cancelled, usage);

    /// <summary>The response of an answer that failed, with what there is of it.</summary>
    /// <param name="message">Why, for the client.</param>
    /// <param name="usage">Tokens used; null where they are not known.</param>
    public ResponseObject Fail(string message, Usage? usage = null) => _begun with
    {
        Status = ResponseObject.Failed,
        Error = ResponseError.Of(message),
        Output = [.. _items.Items],
        Usage = usage is null ? null : ResponseUsage.Of(usage, _reader.ReasoningTokens),
    };

    private ResponseObject End(string status, Usage usage) => _begun with
    {
        Status = status,
        Output = [.. _items.Items],
        Usage = ResponseUsage.Of(usage, _reader.ReasoningTokens),
    };
}
