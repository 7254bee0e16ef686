using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.ChatClients;

/// <summary>One generation as the updates of a chat client: an empty one at once, one a look, and a last one with the end and the usage.</summary>
/// <param name="head">What every update repeats.</param>
/// <param name="generation">The generation, which was accepted.</param>
/// <param name="reading">How its text is to be read.</param>
/// <param name="withReasoning">Whether what the model thinks is wanted.</param>
internal sealed class AnswerUpdates(AnswerHead head, Generation generation, ReadingPlan reading, bool withReasoning = true)
{
    private readonly AnswerContents _contents = new(withReasoning);
    private GenerationDelta _delta = new();

    /// <summary>Reads it to its end. A reader who leaves early, or cancels, ends it.</summary>
    /// <exception cref="ApiException">It ended otherwise than by its own rules.</exception>
    /// <exception cref="OperationCanceledException">The reader cancelled, and the engine has stopped.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using CancellationTokenRegistration stop = cancellation.UnsafeRegister(static generation => ((Generation)generation!).Cancel(), generation);
        try
        {
            AnswerReader reader = reading.CreateReader(_contents);
            yield return Next([]);
            while (await generation.WaitAsync().ConfigureAwait(false))
            {
                generation.Read(ref _delta);
                reader.Append(_delta);
                yield return Next(_contents.Take());
            }
            reader.Finish();
            _contents.EndCall();
            GenerationOutcome outcome = generation.Outcome!;
            if (outcome.Reason == FinishReason.Cancelled)
            {
                cancellation.ThrowIfCancellationRequested();
            }
            if (EngineErrors.From(outcome) is { } error)
            {
                throw error;
            }
            // The last piece of text may be one that was held back; its tokens have been given.
            _delta = new GenerationDelta();
            yield return End(outcome, reader.ReasoningTokens);
        }
        finally
        {
            // Nobody reads on.
            generation.Cancel();
        }
    }

    private ChatResponseUpdate Next(IList<AIContent> contents) => new(ChatRole.Assistant, contents)
    {
        ResponseId = head.Id,
        MessageId = head.Id,
        ModelId = head.Model,
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(head.Created),
        RawRepresentation = new EngineUpdate(generation, _delta),
    };

    private ChatResponseUpdate End(GenerationOutcome outcome, int reasoningTokens)
    {
        List<AIContent> contents = _contents.Take();
        contents.Add(new UsageContent(new UsageDetails
        {
            InputTokenCount = outcome.PromptTokens,
            OutputTokenCount = outcome.GeneratedTokens,
            TotalTokenCount = outcome.PromptTokens + outcome.GeneratedTokens,
            CachedInputTokenCount = outcome.CachedTokens,
            ReasoningTokenCount = reasoningTokens,
        }));
        ChatResponseUpdate end = Next(contents);
        end.FinishReason = new ChatFinishReason(FinishReasons.Name(outcome.Reason, _contents.Calls > 0));
        return end;
    }
}
