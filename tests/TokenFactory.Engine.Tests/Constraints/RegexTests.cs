using System.Text.RegularExpressions;
using CsCheck;
using TokenFactory.Engine.Constraints;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>The front end for regular expressions against .NET's, under ECMAScript rules.</summary>
public sealed class RegexTests
{
    private static readonly Gen<string> Texts = Gen.Char["abcAB01_- é\n"].Array[0, 8].Select(letters => new string(letters));

    private static readonly Gen<string> Atoms = AnyOf("a", "b", "é", "[ab]", "[^a]", "[a-c0-9]", @"\d", @"\w", @"\W", @"\-", "(?:a|b)", "[A-B_]");

    private static readonly Gen<string> Quantifiers = AnyOf("", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?");

    private static readonly Gen<string> Pieces = Gen.Select(Atoms, Quantifiers, (atom, quantifier) => atom + quantifier);

    private static readonly Gen<string> Sequences = Pieces.Array[0, 4].Select(string.Concat);

    private static readonly Gen<string> Groups = Gen.Select(Sequences, Sequences, Quantifiers, (left, right, quantifier) => $"({left}|{right}){quantifier}");

    private static readonly Gen<string> Expressions = Gen.OneOf(Sequences, Groups, Gen.Select(Sequences, Groups, Sequences, (a, b, c) => a + b + c), Gen.Select(Groups, Groups, (a, b) => $"{a}|{b}"));

    [Fact]
    public void WholeMatch_AnyExpressionAndText_AgreesWithDotNet() => Gen.Select(Expressions, Texts.Array[8]).Sample(
        (expression, texts) =>
        {
            TokenConstraint constraint = Constrained.Regex(expression);
            Regex reference = new($@"^(?:{expression})\z", RegexOptions.ECMAScript);
            Array.ForEach(texts, text => Assert.True(reference.IsMatch(text) == constraint.Accepts(text), $"/{expression}/ on '{text}'"));
        },
        iter: 300);

    [Theory]
    [InlineData("^a", "a", "ab", "ba", "")]
    [InlineData("a$", "a", "ba", "ab", "")]
    [InlineData("^a|b$", "a", "ax", "xb", "xax", "b")]
    [InlineData("(^|-)a(-|$)", "a", "x-a-y", "xa", "-a", "a-", "ax")]
    [InlineData("^$", "", "a")]
    [InlineData("a+b", "xaabx", "ab", "ba")]
    [InlineData("^(a|b)*c?$", "abab", "c", "cc", "abc")]
    [InlineData("", "", "anything")]
    [InlineData("$^", "", "a")]
    [InlineData("a^b|c", "ab", "c", "a^b")]
    public void Search_Anchors_AgreeWithDotNet(string expression, params string[] texts)
    {
        TokenConstraint constraint = Constrained.Schema($$"""{"type":"string","pattern":{{System.Text.Json.JsonSerializer.Serialize(expression)}}}""");
        Regex reference = new(expression, RegexOptions.ECMAScript);
        Assert.All(texts, text => Assert.Equal(reference.IsMatch(text), constraint.Accepts($"\"{text}\"")));
    }

    [Theory]
    [InlineData(@"[α-ω]+", "λόγος", false)]
    [InlineData(@"[α-ώ]+", "λόγος", true)]
    [InlineData(@"[𝒜-𝒵]{2}", "𝒜𝒵", true)]
    [InlineData(@"\u{1F600}", "😀", true)]
    [InlineData(@"\ud83d\ude00", "😀", true)]
    [InlineData(@"\x41\u0042\cJ", "AB\n", true)]
    [InlineData(@".", "😀", true)]
    [InlineData(@".", "\u2028", false)]
    [InlineData(@"[^a]", "😀", true)]
    [InlineData(@"\p{Lu}\p{Ll}+", "Émile", true)]
    [InlineData(@"\P{L}", "é", false)]
    [InlineData(@"\s", "\u00a0", true)]
    [InlineData(@"[\]\-\\]+", @"]-\", true)]
    [InlineData(@"a{b}", "a{b}", true)]
    [InlineData(@"[-a]+", "a-", true)]
    [InlineData(@"[]", "", false)]
    [InlineData(@"[^]", "\n", true)]
    [InlineData(@"(?<year>\d{4})", "2031", true)]
    public void Classes_BeyondAscii_MatchWholeCharacters(string expression, string text, bool matches)
    {
        if (expression == "[]")
            Assert.Contains("nothing can satisfy", Assert.Throws<ConstraintException>(() => Constrained.Regex(expression)).Message, StringComparison.Ordinal);
        else
            Assert.Equal(matches, Constrained.Regex(expression).Accepts(text));
    }

    [Theory]
    [InlineData("ab(?=c)", "position 2", "look-ahead")]
    [InlineData("(?!c)", "position 0", "look-ahead")]
    [InlineData("x(?<=a)b", "position 1", "look-behind")]
    [InlineData("(?<!a)b", "position 0", "look-behind")]
    [InlineData(@"(a)\1", "position 3", "back references")]
    [InlineData(@"(?<n>a)\k<n>", "position 7", "back references")]
    [InlineData(@"\bword", "position 0", "word boundaries")]
    [InlineData("(?i)a", "position 0", "group")]
    [InlineData("(a", "position 0", "never closed")]
    [InlineData("a)", "position 1", "without an opening")]
    [InlineData("[a", "position 0", "never closed")]
    [InlineData("[b-a]", "position 1", "out of order")]
    [InlineData(@"[\d-z]", "position 1", "to a class")]
    [InlineData("*a", "position 0", "repetition of nothing")]
    [InlineData("a**", "position 2", "repetition of a repetition")]
    [InlineData("a{2}{3}", "position 4", "repetition of a repetition")]
    [InlineData("a{3,2}", "position 1", "out of order")]
    [InlineData("a{,2}", "position 1", "lower bound")]
    [InlineData("a{1,100000}", "position 1", "too large")]
    [InlineData(@"\u12", "position 0", "hexadecimal")]
    [InlineData(@"\ud83d", "position 0", "surrogate")]
    [InlineData(@"\p{Klingon}", "position 0", "Klingon")]
    [InlineData(@"\q", "position 0", "not known")]
    [InlineData(@"a\", "position 1", "backslash")]
    [InlineData("^*", "position 1", "anchor")]
    public void NotRegular_IsRefusedByNameAndPosition(string expression, string path, string problem)
    {
        ConstraintException exception = Assert.Throws<ConstraintException>(() => Constrained.Regex(expression));

        Assert.Equal(path, exception.Path);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    private static Gen<string> AnyOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
