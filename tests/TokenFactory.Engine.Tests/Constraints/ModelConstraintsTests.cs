using TokenFactory.Engine.Constraints;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

public sealed class ModelConstraintsTests
{
    private readonly ModelConstraints _constraints = new(new ByteTokenizer(), [0], 256);

    [Fact]
    public void Get_TheSameAgain_IsTheSameObject() =>
        Assert.Same(_constraints.Get(Regex("[a-c]+")), _constraints.Get(Regex("[a-c]+")));

    [Fact]
    public void Get_ManyOthersSince_IsMadeAnew()
    {
        TokenConstraint first = _constraints.Get(Regex("first"));

        for (int i = 0; i < 40; i++)
        {
            _constraints.Get(Regex($"other{i}"));
        }

        Assert.NotSame(first, _constraints.Get(Regex("first")));
    }

    [Fact]
    public void Get_InUseMeanwhile_IsKept()
    {
        TokenConstraint first = _constraints.Get(Regex("first"));

        for (int i = 0; i < 40; i++)
        {
            _constraints.Get(Regex($"other{i}"));
            Assert.Same(first, _constraints.Get(Regex("first")));
        }
    }

    [Theory]
    [InlineData(ConstraintLanguage.Regex, "\\u0000")]
    [InlineData(ConstraintLanguage.JsonSchema, "{")]
    [InlineData(ConstraintLanguage.Grammar, "root ::= root")]
    public void Get_WhatCannotBe_SaysWhyEachTime(ConstraintLanguage language, string text)
    {
        ConstraintSource source = new(language, text);

        string first = Assert.Throws<ConstraintException>(() => _constraints.Get(source)).Problem;

        Assert.Equal(first, Assert.Throws<ConstraintException>(() => _constraints.Get(source)).Problem);
    }

    [Fact]
    public void Get_FromManyThreads_IsOneObject()
    {
        TokenConstraint[] got = new TokenConstraint[16];

        Parallel.For(0, got.Length, i => got[i] = _constraints.Get(Regex("[a-z]{1,200}")));

        Assert.Single(got.Distinct());
    }

    private static ConstraintSource Regex(string text) => new(ConstraintLanguage.Regex, text);
}
