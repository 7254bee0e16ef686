using System.Text;
using CsCheck;
using TokenFactory.Engine.Text;
using Xunit;

namespace TokenFactory.Engine.Tests.Text;

public sealed class StopMatcherTests
{
    [Fact]
    public void Append_StopSpansPieces_EndsBeforeIt()
    {
        (string text, int matched) = Feed(["STOP"], "go on ST", "O", "P and more");

        Assert.Equal("go on ", text);
        Assert.Equal(0, matched);
    }

    [Fact]
    public void Append_BeginningThatIsNoStop_IsLetThroughAsSoonAsItIsCertain()
    {
        StopMatcher matcher = new([Encoding.UTF8.GetBytes("</end>")]);

        Assert.Equal("a", Text(matcher.Append("a</en"u8)));
        Assert.Equal("</en ", Text(matcher.Append(" "u8)));
    }

    [Fact]
    public void Flush_HeldBeginning_IsPartOfTheText() => Assert.Equal(("left <", -1), Feed(["<stop>"], "left <"));

    [Fact]
    public void Append_SelfOverlappingStop_IsFound() => Assert.Equal(("a", 0), Feed(["aab"], "aaab"));

    [Fact]
    public void Append_TwoStopsEndTogether_TheLongerWins() => Assert.Equal(("x", 1), Feed(["c", "abc"], "xabc"));

    [Fact]
    public void Append_StopOfSeveralByteCharacters_IsFoundAcrossBytes() => Assert.Equal(("日", 0), Feed(["本語"], "日", "本", "語"));

    [Fact]
    public void Constructor_EmptyStop_IsRefused() => Assert.Throws<ArgumentException>(() => new StopMatcher([[]]));

    [Fact]
    public void Append_AnyPieces_EqualsTheFirstMatchInTheWholeText()
    {
        Gen<string> letters = Gen.Char["ab"].Array[0, 30].Select(chars => new string(chars));
        Gen<string> stops = Gen.Char["ab"].Array[1, 4].Select(chars => new string(chars));
        Gen.Select(letters, stops.Array[1, 3], Gen.Int[1, 5]).Sample((text, stopStrings, piece) =>
        {
            string[] pieces = [.. text.Chunk(piece).Select(chunk => new string(chunk))];

            (string kept, int matched) = Feed(stopStrings, pieces);

            Assert.Equal(Expect(text, stopStrings), (kept, matched >= 0));
        });
    }

    private static (string Text, bool Matched) Expect(string text, string[] stops)
    {
        for (int end = 1; end <= text.Length; end++)
        {
            string[] ending = [.. stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal))];
            if (ending.Length > 0)
            {
                return (text[..(end - ending.Max(stop => stop.Length))], true);
            }
        }
        return (text, false);
    }

    private static (string Text, int Matched) Feed(string[] stops, params string[] pieces)
    {
        StopMatcher matcher = new([.. stops.Select(Encoding.UTF8.GetBytes)]);
        StringBuilder text = new();
        foreach (string piece in pieces)
        {
            text.Append(Text(matcher.Append(Encoding.UTF8.GetBytes(piece))));
        }
        text.Append(Text(matcher.Flush()));
        return (text.ToString(), matcher.Matched);
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
