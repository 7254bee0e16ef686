using System.Net.ServerSentEvents;
using System.Text.Json;
using TokenFactory.Web.Bench.Driving;

namespace TokenFactory.Web.Bench.Targets;

/// <summary>
/// Reads the stream of one completion. Tokens of a piece are those by which its usage has grown, where every piece has it; else a piece
/// with text is taken for one token, and the usage at the end says how many they were.
/// </summary>
/// <param name="record">Told of arrivals.</param>
/// <param name="clock">Says when.</param>
/// <param name="heard">Called at every piece.</param>
internal sealed class CompletionReader(RequestRecord record, TimeProvider clock, Action heard)
{
    private static readonly CompletionPiece Done = new();

    private CompletionUsage? _usage;
    private int _counted;
    private bool _isEnded;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="HttpProblem">The stream ended before the answer did, or says what failed.</exception>
    public async Task<RequestUsage> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        await foreach (SseItem<CompletionPiece?> item in SseParser.Create(stream, static (_, data) => Parse(data)).EnumerateAsync(cancellation))
        {
            long now = clock.GetTimestamp();
            heard();
            if (ReferenceEquals(item.Data, Done))
            {
                break;
            }
            Take(item.Data ?? throw new JsonException(), now);
        }
        return _isEnded
            ? new RequestUsage(_usage?.PromptTokens ?? record.Request.PromptTokens, _usage?.PromptTokensDetails?.CachedTokens, _usage?.CompletionTokens ?? _counted)
            : throw new HttpProblem("The stream broke off before the answer was whole.");
    }

    private static CompletionPiece? Parse(ReadOnlySpan<byte> data) =>
        data.SequenceEqual("[DONE]"u8) ? Done : JsonSerializer.Deserialize(data, CompletionWireJson.Default.CompletionPiece);

    private void Take(CompletionPiece piece, long now)
    {
        if (piece.Error is { ValueKind: not JsonValueKind.Null } error)
        {
            throw new HttpProblem($"The stream ended with an error: {HttpProblem.FindMessage(error) ?? error.ToString()}");
        }
        CompletionPieceChoice? choice = piece.Choices is { Length: > 0 } choices ? choices[0] : null;
        bool isLast = choice?.FinishReason is not null;
        _isEnded |= isLast;
        _usage = piece.Usage ?? _usage;
        int tokens = piece.Usage is { } usage && (choice is not null || _counted == 0) ? usage.CompletionTokens - _counted
            : choice is not null && (!isLast || choice.Text is { Length: > 0 }) ? 1
            : 0;
        if (tokens > 0)
        {
            _counted += tokens;
            record.Add(tokens, now);
        }
    }
}
