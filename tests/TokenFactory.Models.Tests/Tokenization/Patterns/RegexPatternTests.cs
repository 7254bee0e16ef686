using TokenFactory.Models.Tokenization.Patterns;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization.Patterns;

public sealed class RegexPatternTests
{
    [Theory]
    [InlineData(@"a?+b", @"(?>a?)b")]
    [InlineData(@"\p{L}++x", @"(?>\p{L}+)x")]
    [InlineData(@"(ab)*+", @"(?>(ab)*)")]
    [InlineData(@"[ab]{1,2}+", @"(?:[ab]{1,2})+")]
    [InlineData(@"a{,3}", @"a{0,3}")]
    [InlineData(@"a{x}", @"a\{x\}")]
    [InlineData(@"(?m:.)", @"(?s:.)")]
    [InlineData(@"\p{^L}\P{^N}", @"\P{L}\p{N}")]
    [InlineData(@"\p{Space}\P{Space}", @"\s\S")]
    [InlineData(@"\W\p{LC}", @"[^\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9][\p{Lu}\p{Ll}\p{Lt}]")]
    [InlineData(@"[^\h]", @"[^0-9a-fA-F]")]
    [InlineData(@"\x{2581}", @"\u2581")]
    [InlineData(@"(?i:'s)|a*?", @"(?i:'s)|a*?")]
    [InlineData(@"(?<!x)(?<=y)(?=z)(?>w)", @"(?<!x)(?<=y)(?=z)(?>w)")]
    public void Translate_OnigurumaSyntax_BecomesDotNet(string pattern, string expected) =>
        Assert.Equal(expected, OnigurumaTranslator.Translate(pattern));

    [Theory]
    [InlineData(@"[a&&b]")]
    [InlineData(@"[a[bc]]")]
    [InlineData(@"[[:alpha:]]")]
    [InlineData(@"[a")]
    [InlineData(@"a)")]
    [InlineData(@"(a")]
    [InlineData(@"*a")]
    [InlineData(@"\")]
    [InlineData(@"\X")]
    [InlineData(@"\pL")]
    [InlineData(@"\p{Han")]
    [InlineData(@"\p{Tengwar}")]
    [InlineData(@"\p{Zz}")]
    [InlineData(@"[\W]")]
    [InlineData(@"\x{1F600}")]
    [InlineData("🦙")]
    public void Construct_WhatHasNoCounterpart_IsRefused(string pattern) => Assert.Throws<FormatException>(() => new RegexPattern(pattern));

    [Theory]
    [InlineData(@"\p{L}+", "𝒜𝒷-𠀀中", "𝒜𝒷|𠀀中")]
    [InlineData(@"\p{N}{1,3}", "𝟏𝟐𝟑𝟒", "𝟏𝟐𝟑|𝟒")]
    [InlineData(@".", "a🦙", "a|🦙")]
    [InlineData(@"\p{Han}+", "中𠀀か", "中𠀀")]
    [InlineData(@"[^\s\p{L}]", "𐐀🦙 é", "🦙")]
    [InlineData(@"\w+", "snake_é9-Ⓐ", "snake_é9|Ⓐ")]
    [InlineData(@"x$", "x\nx", "x|x")]
    public void Find_WholeCharacters_CountAsOne(string pattern, string text, string expected)
    {
        List<TextMatch> matches = [];

        new RegexPattern(pattern).Find(text, matches);

        Assert.Equal(expected, string.Join('|', matches.Select(match => text.Substring(match.Start, match.Length))));
    }
}
