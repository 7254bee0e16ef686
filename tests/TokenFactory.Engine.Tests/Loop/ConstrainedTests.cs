using System.Text;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.Vocabulary;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Tests.Constraints;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Loop;

/// <summary>Sequences whose text is held to a form, through the loop: alone, among others, preempted, and on executors with one and two steps under way.</summary>
public sealed class ConstrainedTests
{
    private const string Schema = """
        {"type": "object", "properties": {"name": {"type": "string", "maxLength": 8}, "ages": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 120}, "minItems": 1, "maxItems": 3}},
         "required": ["name", "ages"], "additionalProperties": false}
        """;

    private static ExecutorLimits Limits { get; } = HashExecutor.DefaultLimits with { VocabularySize = 257 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Outputs_UnderASchema_SatisfyItAndLeaveOthersAlone(int stepsInFlight)
    {
        using EngineFixture engine = new(Limits with { StepsInFlight = stepsInFlight }, endToken: Constrained.End);
        TokenConstraint constraint = Constrained.Schema(Schema);
        Task<EngineFixture.Answer>[] constrained = [.. Enumerable.Range(0, 24).Select(seed => engine.RunAsync(Request($"prompt {seed}", constraint, seed)))];
        Task<EngineFixture.Answer>[] free = [.. Enumerable.Range(0, 8).Select(i => engine.RunAsync(EngineFixture.Request($"free {i}", 40)))];

        foreach (EngineFixture.Answer answer in await Task.WhenAll(constrained))
        {
            Assert.Equal(FinishReason.Stop, answer.Outcome.Reason);
            Assert.True(constraint.Accepts(Text(answer)), Text(answer));
        }
        for (int i = 0; i < free.Length; i++)
        {
            Assert.Equal(HashExecutor.Continue(EngineFixture.Prompt($"free {i}"), 40, Limits.VocabularySize), (await free[i]).Tokens);
        }
        Assert.Null(engine.Loop.FindProblem());
    }

    [Fact]
    public async Task Outputs_OfOneSeed_AreTheSameWithOneStepUnderWayAndWithTwo()
    {
        TokenConstraint constraint = Constrained.Regex("[a-f]{10,30}");
        List<int[]> told = [];
        foreach (int stepsInFlight in new[] { 1, 2 })
        {
            using EngineFixture engine = new(Limits with { StepsInFlight = stepsInFlight }, endToken: Constrained.End);
            told.Add((await engine.RunAsync(Request("again", constraint, seed: 7))).Tokens);
        }

        Assert.Equal(told[0], told[1]);
    }

    [Fact]
    public async Task Preempted_GoesOnWhereItWas()
    {
        // Room for two of the four at full length.
        using EngineFixture engine = new(Limits with { BlockCount = 20, StepsInFlight = 2 }, endToken: Constrained.End);
        TokenConstraint constraint = Constrained.Regex("([a-z]{3}-){8}[0-9]{2}");

        EngineFixture.Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => engine.RunAsync(Request("abcd", constraint, seed))));

        Assert.True(engine.Loop.Status.Preemptions > 0);
        Assert.All(answers, answer => Assert.True(constraint.Accepts(Text(answer)), Text(answer)));
    }

    [Fact]
    public async Task Moved_ToAnotherReplicaInTheMiddle_GoesOnWhereItWas()
    {
        int steps = 0;
        using EngineFixture first = new(Limits, endToken: Constrained.End, configure: executor => executor.BeforeStep = _ =>
        {
            if (++steps == 12)
            {
                throw new ExecutorException("gone") { IsDeviceLost = true };
            }
        });
        using EngineFixture second = new(Limits, endToken: Constrained.End, deviceId: "test:1");
        first.Loop.Peers = second.Loop.Peers = [first.Loop, second.Loop];
        TokenConstraint constraint = Constrained.Regex("([a-z]{3}-){8}[0-9]{2}");

        EngineFixture.Answer answer = await first.RunAsync(Request("abcd", constraint, seed: 3));

        Assert.Null(answer.Outcome.Error);
        Assert.True(constraint.Accepts(Text(answer)), Text(answer));
        Assert.True(second.Executor.Steps > 0);
    }

    [Fact]
    public async Task Vocabulary_ThatCannotSpellTheForm_EndsTheRequestInWordsAndNoOther()
    {
        ConstraintVocabulary letters = ConstraintVocabulary.Create([.. Enumerable.Range(0, 257).Select(value => value is >= 'a' and <= 'z' ? new[] { (byte)value } : [])], [Constrained.End]);
        using EngineFixture engine = new(Limits, endToken: Constrained.End);

        EngineFixture.Answer stuck = await engine.RunAsync(Request("x", TokenConstraint.FromRegex("ab7", letters), seed: 1));

        Assert.Equal(FinishReason.Failed, stuck.Outcome.Reason);
        Assert.Contains("No token of this model can go on", stuck.Outcome.Error);
        Assert.Equal("ab", Text(stuck));
        Assert.Equal(4, (await engine.RunAsync(EngineFixture.Request("free", 4))).Tokens.Length);
    }

    [Fact]
    public async Task Model_WithoutAnEndToken_EndsWhereTheFormDoes()
    {
        ConstraintVocabulary bytes = ConstraintVocabulary.Create([.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value })], []);
        using EngineFixture engine = new();

        EngineFixture.Answer answer = await engine.RunAsync(Request("x", TokenConstraint.FromRegex("yes|no", bytes), seed: 1));

        Assert.Equal(FinishReason.Stop, answer.Outcome.Reason);
        Assert.Contains(Text(answer), new[] { "yes", "no" });
    }

    private static GenerationRequest Request(string prompt, TokenConstraint constraint, int seed) => EngineFixture.Request(prompt, 200) with
    {
        Constraint = constraint,
        Sampling = new SamplingParameters { Temperature = 1.2f, Seed = seed },
    };

    private static string Text(EngineFixture.Answer answer) => Encoding.UTF8.GetString([.. answer.Tokens.Where(token => token != Constrained.End).Select(token => (byte)token)]);
}
