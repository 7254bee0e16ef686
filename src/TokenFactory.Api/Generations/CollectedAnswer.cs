using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Generations;

/// <summary>One generation read to its end, for an answer that is sent whole.</summary>
/// <param name="Text">Its text; empty where a reader took it.</param>
/// <param name="Tokens">Its tokens where logprobs are wanted, else none.</param>
/// <param name="Alternatives">Their alternatives, end to end.</param>
/// <param name="Outcome">How it ended.</param>
internal sealed record CollectedAnswer(
    string Text, IReadOnlyList<GeneratedToken> Tokens, IReadOnlyList<TokenLogprob> Alternatives, GenerationOutcome Outcome)
{
    /// <summary>
    /// Reads all generations to their ends. They are read side by side, because one that nobody reads stops. A client that goes away
    /// cancels them.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="set">The generations.</param>
    /// <param name="readers">What reads their texts, by index; null where the texts are wanted as they are.</param>
    /// <exception cref="ApiException">One of them ended otherwise than by its own rules.</exception>
    public static async Task<CollectedAnswer[]> CollectAsync(HttpContext context, GenerationSet set, AnswerReader[]? readers = null)
    {
        using CancellationTokenRegistration departure = context.RequestAborted.UnsafeRegister(static set => ((GenerationSet)set!).Cancel(), set);
        CollectedAnswer[] answers = await Task.WhenAll(set.Items.Select((generation, index) => CollectAsync(generation, readers?[index])));
        foreach (CollectedAnswer answer in answers)
        {
            if (EngineErrors.From(answer.Outcome) is { } error)
            {
                throw error;
            }
        }
        return answers;
    }

    private static async Task<CollectedAnswer> CollectAsync(Generation generation, AnswerReader? reader)
    {
        ArrayBufferWriter<byte> text = new();
        List<GeneratedToken> tokens = [];
        List<TokenLogprob> alternatives = [];
        bool wantsTokens = generation.Request.Sampling.Logprobs;
        GenerationDelta delta = new();
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
            if (reader is null)
            {
                text.Write(delta.Text.Span);
            }
            else
            {
                reader.Append(delta);
            }
            if (wantsTokens)
            {
                tokens.AddRange(delta.Tokens.Select(token => token with { AlternativesOffset = token.AlternativesOffset + alternatives.Count }));
                alternatives.AddRange(delta.Alternatives);
            }
        }
        reader?.Finish();
        return new CollectedAnswer(Encoding.UTF8.GetString(text.WrittenSpan), tokens, alternatives, generation.Outcome!);
    }
}
