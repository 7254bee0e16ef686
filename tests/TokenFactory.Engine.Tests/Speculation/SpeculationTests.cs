using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Tests.Loop;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Speculation;

/// <summary>
/// Loops that draft against loops that do not, over an executor whose every token depends on all that it reads back from its KV blocks:
/// what a rejected draft left behind would change what follows.
/// </summary>
public sealed class SpeculationTests
{
    private static readonly ExecutorLimits Verifying = HashExecutor.DefaultLimits with { VerifiedRows = 6 };

    [Fact]
    public async Task Generate_TextThatRepeatsItself_IsTheSameInFewerSteps()
    {
        using EngineFixture plain = new(HashExecutor.DefaultLimits, configure: executor => executor.Choose = Circle);
        using EngineFixture drafting = new(Verifying, configure: executor => executor.Choose = Circle);
        EngineFixture.Answer expected = await plain.RunAsync(EngineFixture.Request("abcde", 100));
        EngineFixture.Answer answer = await drafting.RunAsync(EngineFixture.Request("abcde", 100));

        Assert.Equal(expected.Tokens, answer.Tokens);
        Assert.Equal(expected.Text, answer.Text);
        Assert.Equal(100, answer.Outcome.GeneratedTokens);
        Assert.Equal(100, plain.Executor.Steps);
        Assert.InRange(drafting.Executor.Steps, 100 / 6, 40);
        // Every token but the first of a step was drafted; those beyond the end are not there to be.
        Assert.Equal(100 - drafting.Executor.Steps, drafting.Loop.Status.Accepted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Generate_ManyAtOnceOfEveryKind_IsTheSameToTheToken(int seed)
    {
        // Blocks for a few only, so that running ones give way; prompts that share prefixes, and go on with what others generated.
        ExecutorLimits limits = Verifying with { BlockCount = 60 };
        using EngineFixture plain = new(limits with { VerifiedRows = 0 }, endToken: 'z', configure: executor => executor.Choose = Mostly);
        using EngineFixture drafting = new(limits, endToken: 'z', configure: executor => executor.Choose = Mostly);
        Random random = new(seed);
        List<string> prompts = ["the cat sat on the mat and the cat sat"];
        for (int round = 0; round < 40; round++)
        {
            string prompt = prompts[random.Next(prompts.Count)];
            GenerationRequest[] requests = [.. Enumerable.Range(0, random.Next(1, 7)).Select(i => EngineFixture.Request(prompt + (char)('a' + i), random.Next(1, 60)))];
            EngineFixture.Answer[] expected = await Task.WhenAll(requests.Select(plain.RunAsync));
            EngineFixture.Answer[] answers = await Task.WhenAll(requests.Select(drafting.RunAsync));
            for (int i = 0; i < requests.Length; i++)
            {
                Assert.Equal(expected[i].Tokens, answers[i].Tokens);
                Assert.Equal(expected[i].Text, answers[i].Text);
                Assert.Equal(expected[i].Outcome.Reason, answers[i].Outcome.Reason);
                Assert.Equal(expected[i].Outcome.GeneratedTokens, answers[i].Outcome.GeneratedTokens);
                string whole = prompt + (char)('a' + i) + answers[i].Text;
                if (whole.Length < 150)
                {
                    prompts.Add(whole);
                }
            }
        }
        long counted = drafting.Loop.Accounts.All.Sum(account => account.GeneratedTokens);
        Assert.Equal(plain.Loop.Accounts.All.Sum(account => account.GeneratedTokens), counted);
        Assert.True(drafting.Loop.Status.Accepted > 0);
        Assert.True(drafting.Loop.Status.Drafted > drafting.Loop.Status.Accepted, "none was rejected, which proves little");
    }

    [Fact]
    public async Task Generate_WhatEndsInTheMiddleOfDrafts_HasNothingAfterItsEnd()
    {
        using EngineFixture engine = new(Verifying, endToken: 'e', configure: executor => executor.Choose = context => context.Length < 40 ? "abcd"[context.Length % 4] : "abcde"[context.Length % 5]);
        EngineFixture.Answer answer = await engine.RunAsync(EngineFixture.Request("abcdabcd", 300));

        Assert.Equal(FinishReason.Stop, answer.Outcome.Reason);
        Assert.Equal('e', answer.Tokens[^1]);
        Assert.Equal(1, answer.Tokens.Count(token => token == 'e'));
        Assert.Equal(answer.Tokens.Length, answer.Outcome.GeneratedTokens);
        Assert.Equal(answer.Tokens.Length, engine.Loop.Accounts.All.Sum(account => account.GeneratedTokens));
        Assert.True(engine.Loop.Status.Accepted > 0);
    }

    [Fact]
    public async Task Generate_WithStopStrings_DraftsNothing()
    {
        using EngineFixture engine = new(Verifying, configure: executor => executor.Choose = Circle);
        await engine.RunAsync(EngineFixture.Request("abcde", 50) with { StopStrings = ["xyz"] });
        Assert.Equal(0, engine.Loop.Status.Drafted);
    }

    [Fact]
    public async Task Generate_UnderAPolicyWithoutDrafts_DraftsNothing()
    {
        using EngineFixture engine = new(Verifying, BatchPolicy.For(Verifying) with { DraftTokens = 0 }, configure: executor => executor.Choose = Circle);
        await engine.RunAsync(EngineFixture.Request("abcde", 50));
        Assert.Equal(0, engine.Loop.Status.Drafted);
    }

    [Fact]
    public async Task Generate_BySampling_DrawsTheSameTokens()
    {
        SamplingParameters sampling = SamplingParameters.Greedy with { Temperature = 1, Seed = 7, FrequencyPenalty = 0.5f };
        using EngineFixture plain = new(HashExecutor.DefaultLimits, configure: executor => executor.Choose = Circle);
        using EngineFixture drafting = new(Verifying, configure: executor => executor.Choose = Circle);
        EngineFixture.Answer expected = await plain.RunAsync(EngineFixture.Request("abcde", 200) with { Sampling = sampling });
        EngineFixture.Answer answer = await drafting.RunAsync(EngineFixture.Request("abcde", 200) with { Sampling = sampling });
        Assert.Equal(expected.Tokens, answer.Tokens);
        Assert.True(drafting.Loop.Status.Accepted > 0);
    }

    [Fact]
    public async Task Generate_WhileManyRun_DraftsOnlyWhatFillsAStep()
    {
        int most = 0;
        using EngineFixture engine = new(Verifying, configure: executor =>
        {
            executor.Choose = Circle;
            executor.BeforeStep = plan => most = Math.Max(most, plan.Slices.ToArray().Any(slice => slice.Start == 0) ? 0 : plan.Tokens.Length);
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => engine.RunAsync(EngineFixture.Request("abcd" + i, 30 + (10 * i)))));
        Assert.InRange(most, 6, 8);
        Assert.True(engine.Loop.Status.Drafted > 0);
    }

    [Fact]
    public void FindProblems_OfMoreDraftsThanRows_NamesThem()
    {
        Assert.Equal(5, BatchPolicy.For(Verifying).DraftTokens);
        Assert.Contains(BatchPolicy.For(Verifying) with { DraftTokens = 6 } is { } more ? more.FindProblems(Verifying) : [], problem => problem.Contains("draft", StringComparison.Ordinal));
        Assert.Equal(0, BatchPolicy.For(HashExecutor.DefaultLimits).DraftTokens);
        Assert.Throws<ArgumentException>((Verifying with { StepsInFlight = 2 }).Validate);
    }

    private static int? Circle(int[] context) => "abcde"[context.Length % 5];

    /// <summary>Goes on as the text did some places before, but for some turns of its own; ends now and then.</summary>
    private static int? Mostly(int[] context)
    {
        int turn = HashExecutor.Next(context, 256) - 'a';
        return turn switch
        {
            0 => 'z',
            < 4 => 'a' + turn,
            _ => context[^Math.Min(context.Length, 9)] is 'z' ? 'y' : context[^Math.Min(context.Length, 9)],
        };
    }
}
