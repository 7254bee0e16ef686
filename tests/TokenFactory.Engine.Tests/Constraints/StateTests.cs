using System.Text;
using System.Text.Json;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.Vocabulary;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

public sealed class StateTests
{
    private const string Schema = """{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}},"b":{"$ref":"#"}},"additionalProperties":false}""";

    private static readonly int[] Text = [.. Encoding.UTF8.GetBytes("""{"a": ["x", "日本\n"],"b":{"b":{}}}""").Select(value => (int)value)];

    [Fact]
    public void EndTokens_AreAllowedExactlyWhereTheTextIsComplete()
    {
        ConstraintState state = Constrained.Schema(Schema).CreateState();

        foreach (int token in Text)
        {
            Assert.False(state.IsComplete);
            Assert.False(state.TryAccept(Constrained.End));
            Assert.True(state.TryAccept(token));
        }
        Assert.True(state.IsComplete);
        Assert.True(state.TryAccept(Constrained.End));
        Assert.True(state.HasEnded);
        Assert.False(state.IsComplete);
        Assert.False(state.TryAccept(Constrained.End));
        Assert.False(state.FillMask(new uint[state.Constraint.Vocabulary.MaskWords]));
    }

    [Fact]
    public void TryAccept_Refused_ChangesNothing()
    {
        ConstraintState state = Constrained.Regex("ab").CreateState();

        Assert.All([(int)'b', -1, 100_000], token => Assert.False(state.TryAccept(token)));
        Assert.True(state.TryAccept('a'));
        Assert.True(state.TryAccept('b'));
        Assert.True(state.IsComplete);
    }

    [Fact]
    public void Replay_GeneratedTokens_GivesTheSameState()
    {
        TokenConstraint constraint = Constrained.Schema(Schema);
        ConstraintState state = constraint.CreateState();
        for (int length = 0; length < Text.Length; length++)
        {
            ConstraintState? replayed = constraint.Replay(Text.AsSpan(0, length));

            Assert.NotNull(replayed);
            Assert.Equal(MaskOf(state), MaskOf(replayed));
            Assert.True(state.TryAccept(Text[length]));
        }
        Assert.Null(constraint.Replay([(int)'x']));
    }

    [Fact]
    public void Clone_GoesItsOwnWay()
    {
        ConstraintState state = Constrained.Regex("a|bc").CreateState();
        ConstraintState clone = state.Clone();

        Assert.True(clone.TryAccept('a'));
        Assert.True(state.TryAccept('b'));
        Assert.True(clone.IsComplete);
        Assert.False(state.IsComplete);
    }

    [Fact]
    public void PrepareMask_OnAnotherThread_MakesTheMaskReady()
    {
        ConstraintState state = Constrained.Schema(Schema).CreateState();
        Assert.False(state.IsMaskReady);

        Thread worker = new(state.PrepareMask);
        worker.Start();
        worker.Join();

        Assert.True(state.IsMaskReady);
    }

    [Fact]
    public void ManyThreads_OneConstraint_AgreeWithOne()
    {
        TokenConstraint reference = TokenConstraint.FromJsonSchema(JsonElement.Parse(Schema), SmallVocabulary.Instance);
        TokenConstraint shared = TokenConstraint.FromJsonSchema(JsonElement.Parse(Schema), SmallVocabulary.Instance);
        uint[][] expected = [.. Enumerable.Range(0, 8).Select(seed => Walk(reference, seed))];

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, run => Assert.Equal(expected[run % 8], Walk(shared, run % 8)));
    }

    [Fact]
    public void FillMaskAndAccept_Warm_AllocateNothing()
    {
        TokenConstraint constraint = TokenConstraint.FromJsonSchema(JsonElement.Parse(Schema), SmallVocabulary.Instance);
        uint[] mask = new uint[constraint.Vocabulary.MaskWords];
        ConstraintState[] states = [.. Enumerable.Range(0, 200).Select(_ => constraint.CreateState())];
        int next = 0;

        long bytes = Allocations.Of(
            () =>
            {
                ConstraintState state = states[next++];
                foreach (int token in Text)
                {
                    state.FillMask(mask);
                    state.TryAccept(token);
                }
            },
            times: 10);

        Assert.Equal(0, bytes);
    }

    [Fact]
    public void Vocabulary_SpecialTokens_NeverMatch()
    {
        // Id 256 has the bytes of its name, as special tokens do, and gives no text.
        ConstraintVocabulary vocabulary = ConstraintVocabulary.Create(new ByteTokenizer(vocabularySize: 259), [258]);
        ConstraintState state = TokenConstraint.FromRegex(".*", vocabulary).CreateState();
        uint[] mask = new uint[vocabulary.MaskWords];

        Assert.True(state.FillMask(mask));

        Assert.Equal(0b100u, mask[8] & 0b111);
        Assert.False(state.TryAccept(256));
        Assert.False(state.TryAccept(257));
        Assert.True(state.TryAccept(258));
    }

    [Fact]
    public void FillMask_ShortSpan_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Constrained.Regex("a").CreateState().FillMask(new uint[2]));

    /// <summary>A vocabulary that cannot spell what must come: no token, and no end.</summary>
    [Fact]
    public void FillMask_NothingFits_SaysSo()
    {
        ConstraintVocabulary vocabulary = ConstraintVocabulary.Create(["a"u8.ToArray(), []], [1]);
        ConstraintState state = TokenConstraint.FromRegex("ab", vocabulary).CreateState();
        uint[] mask = [uint.MaxValue];

        Assert.True(state.FillMask(mask));
        Assert.True(state.TryAccept(0));
        Assert.False(state.FillMask(mask));
        Assert.Equal(0u, mask[0]);
    }

    private static uint[] Walk(TokenConstraint constraint, int seed)
    {
        Random random = new(seed);
        ConstraintState state = constraint.CreateState();
        List<uint> masks = [];
        for (int step = 0; step < 60 && !state.HasEnded; step++)
        {
            uint[] mask = MaskOf(state);
            masks.AddRange(mask);
            int[] allowed = [.. Enumerable.Range(0, constraint.Vocabulary.Size).Where(token => (mask[token >> 5] >> (token & 31) & 1) == 1)];
            Assert.True(state.TryAccept(allowed[random.Next(allowed.Length)]));
        }
        return [.. masks];
    }

    private static uint[] MaskOf(ConstraintState state)
    {
        uint[] mask = new uint[state.Constraint.Vocabulary.MaskWords];
        state.FillMask(mask);
        return mask;
    }
}
