using CsCheck;
using TokenFactory.Web.Playground.Sharing;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class TextFragmentTests
{
    private static readonly SharedTexts Example = new()
    {
        System = "Be kind.",
        RightSystem = "Be short.",
        Turns = [new SharedTurn(false, "Hello <b>\"world\"</b> & 世界 🏭\n\\"), new SharedTurn(true, "Hi!")],
        RightTurns = [new SharedTurn(false, "Hello"), new SharedTurn(true, "")],
    };

    [Fact]
    public void Read_OfWhatWasWritten_IsTheSame()
    {
        SharedTexts read = TextFragment.Read(TextFragment.Write(Example), out string? problem);

        Assert.Null(problem);
        Assert.Equal((Example.System, Example.RightSystem), (read.System, read.RightSystem));
        Assert.Equal(Example.Turns!, read.Turns!);
        Assert.Equal(Example.RightTurns!, read.RightTurns!);
    }

    [Fact]
    public void Read_OfAnyText_IsThatText() => Gen.String.Sample(text =>
    {
        string whole = new([.. text.Where(letter => !char.IsSurrogate(letter))]);
        return TextFragment.Read(TextFragment.Write(new SharedTexts { Prompt = whole + "." }), out _).Prompt == whole + ".";
    });

    [Fact]
    public void Write_NoText_IsEmpty() => Assert.Equal("", TextFragment.Write(new SharedTexts { System = "", Turns = [] }));

    [Fact]
    public void Write_RepetitiveText_IsCompressed() =>
        Assert.True(TextFragment.Write(new SharedTexts { Prompt = string.Concat(Enumerable.Repeat("once upon a time ", 2000)) }).Length < 200);

    [Theory]
    [InlineData("")]
    [InlineData("#anchor")]
    [InlineData("#t2.abc")]
    public void Read_AnotherFragment_IsPassedOver(string fragment)
    {
        Assert.True(TextFragment.Read(fragment, out string? problem).IsEmpty);
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("#t1.")]
    [InlineData("#t1.%%%")]
    [InlineData("#t1.abcdefg")]
    [InlineData("#t1.🏭")]
    public void Read_NoSuchData_SaysThatTheLinkIsDamaged(string fragment)
    {
        Assert.True(TextFragment.Read(fragment, out string? problem).IsEmpty);
        Assert.Contains("damaged", problem);
    }

    [Fact]
    public void Read_CutOffOrChangedAnywhere_NeverFails()
    {
        string whole = TextFragment.Write(Example);
        for (int i = 4; i < whole.Length; i++)
        {
            Assert.True(TextFragment.Read(whole[..i], out string? problem).IsEmpty || i == whole.Length);
            Assert.Contains("damaged", problem);
            TextFragment.Read(whole[..i] + (whole[i] == 'A' ? 'B' : 'A') + whole[(i + 1)..], out _);
        }
    }

    [Fact]
    public void Read_JsonOfAnotherShape_SaysThatTheLinkIsDamaged()
    {
        foreach (string json in (string[])["null", "[]", "{\"t\":[null]}", "{\"t\":[{\"a\":true}]}", "{\"s\":5}"])
        {
            Assert.True(TextFragment.Read(Pack(System.Text.Encoding.UTF8.GetBytes(json)), out string? problem).IsEmpty);
            Assert.Contains("damaged", problem);
        }
    }

    [Fact]
    public void Read_UnfoldsToTooMuch_SaysThatTheLinkIsDamaged()
    {
        TextFragment.Read(Pack(System.Text.Encoding.UTF8.GetBytes($"{{\"p\":\"{new string('a', 2 << 20)}\"}}")), out string? problem);

        Assert.Contains("damaged", problem);
    }

    private static string Pack(byte[] json)
    {
        byte[] packed = new byte[json.Length + 100];
        Assert.True(System.IO.Compression.BrotliEncoder.TryCompress(json, packed, out int length));
        return "#t1." + System.Buffers.Text.Base64Url.EncodeToString(packed.AsSpan(0, length));
    }
}
