using TokenFactory.Engine.Constraints;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

public sealed class EbnfTests
{
    [Fact]
    public void RandomGrammars_AnyText_AgreeWithTheReference()
    {
        int matching = 0;
        int others = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            RandomGrammar grammar = new(seed);
            TokenConstraint constraint = Constrained.Grammar(grammar.Source);
            foreach (string text in grammar.Texts(6).Where(text => text.Length <= 24))
            {
                bool matches = grammar.Matches(text);
                matching += matches ? 1 : 0;
                others += matches ? 0 : 1;
                Assert.True(matches == constraint.Accepts(text), $"'{text}' under\n{grammar.Source}");
            }
        }

        Assert.True(matching > 500 && others > 200, $"{matching} matching texts and {others} others");
    }

    [Fact]
    public void Build_EveryForm_IsRead()
    {
        TokenConstraint constraint = Constrained.Grammar("""
            # a comment
            root ::= greeting " " name{1,2} [!?]? // another
              | 'x' "\x41\u00e9\U0001F600\"\\" tail
            greeting ::= ("hello" | "good" " "? ("day" | "night"))
            name ::= [A-Z] [a-z-]* [^a-z0-9\]\-]?
            tail ::= [\d]{2,} .
            """);

        Assert.All(["hello Ann", "good day Ann", "goodnight Ann!", "hello Ann-Bob?", "xAé😀\"\\12é", "hello A]"[..^1]], text => Assert.True(constraint.Accepts(text), text));
        Assert.All(["hello", "hello ann", "good day  Ann", "xAé😀\"\\1é", "hello A]", "hello AnnBobCid"], text => Assert.False(constraint.Accepts(text), text));
    }

    [Fact]
    public void Build_Recursion_NestsWithoutBound()
    {
        TokenConstraint constraint = Constrained.Grammar("""root ::= "(" root ")" | "[" root "]" | "" """);

        string open = string.Concat(Enumerable.Repeat("([", 300));
        string close = string.Concat(Enumerable.Repeat("])", 300));
        Assert.True(constraint.Accepts(open + close));
        Assert.False(constraint.Accepts(open + close[1..]));
        Assert.False(constraint.Accepts("(]"));
    }

    [Fact]
    public void Build_RecursionAtTheEnd_DoesNotGrowTheStack()
    {
        TokenConstraint constraint = Constrained.Grammar("""root ::= "a" root | "b" """);

        Assert.True(constraint.Accepts(new string('a', 5000) + "b"));
        Assert.True(constraint.Automaton.Count < 10, $"{constraint.Automaton.Count} configurations");
    }

    [Fact]
    public void Build_Ambiguity_CostsNoMoreThanPlaces()
    {
        TokenConstraint constraint = Constrained.Grammar("""root ::= "a" root "b" | "a" root "c" | "a" root | "" """);

        Assert.True(constraint.Accepts(new string('a', 60) + new string('c', 30)));
        Assert.False(constraint.Accepts(new string('a', 60) + new string('c', 61)));
    }

    [Theory]
    [InlineData("root ::= a", "line 1, column 10", "no rule named 'a'")]
    [InlineData("start ::= \"a\"", "the grammar", "'root'")]
    [InlineData("", "the grammar", "'root'")]
    [InlineData("root ::= root \"a\" | \"b\"", "rule root", "left recursion")]
    [InlineData("root ::= (\"x\"? other) \"a\"\nother ::= root | \"b\"", "rule root", "left recursion")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "line 2, column 1", "more than one")]
    [InlineData("root = \"a\"", "line 1, column 6", "::=")]
    [InlineData("root ::= \"a", "line 1, column 10", "never ends")]
    [InlineData("root ::= (\"a\"", "line 1, column 10", "never closed")]
    [InlineData("root ::= [a", "line 1, column 10", "never closed")]
    [InlineData("root ::= [b-a]", "line 1, column 10", "out of order")]
    [InlineData("root ::= \"a\"{1,100000}", "line 1, column 23", "too large")]
    [InlineData("root ::= \"a\"{}", "line 1, column 13", "bounds")]
    [InlineData("root ::= \"\\q\"", "line 1, column 12", "not known")]
    [InlineData("root ::= ) \"a\"", "line 1, column 10", "rule begins with its name")]
    [InlineData("root ::= \"a\" root", "rule root", "nothing can satisfy")]
    public void Build_Malformed_IsRefusedWithItsPlace(string source, string path, string problem)
    {
        ConstraintException exception = Assert.Throws<ConstraintException>(() => Constrained.Grammar(source));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Equal(path, exception.Path);
    }
}
