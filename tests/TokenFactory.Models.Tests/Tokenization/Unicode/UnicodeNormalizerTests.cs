using System.Text;
using CsCheck;
using TokenFactory.Models.Tokenization.Unicode;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization.Unicode;

/// <summary>Lines of Unicode's NormalizationTest.txt that stand for each of its parts, and the laws that hold for every text.</summary>
public sealed class UnicodeNormalizerTests
{
    [Theory]
    [InlineData("e\u0301", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [InlineData("\u212B", "\u00C5", "A\u030A", "\u00C5", "A\u030A")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("\uD55C", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB")]
    [InlineData("\u1112\u1161", "\uD558", "\u1112\u1161", "\uD558", "\u1112\u1161")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\uFDFB", "\uFDFB", "\uFDFB", "\u062C\u0644 \u062C\u0644\u0627\u0644\u0647", "\u062C\u0644 \u062C\u0644\u0627\u0644\u0647")]
    [InlineData("\U0002F800", "\u4E3D", "\u4E3D", "\u4E3D", "\u4E3D")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    [InlineData("\U00011099\U000110BA", "\U0001109A", "\U00011099\U000110BA", "\U0001109A", "\U00011099\U000110BA")]
    public void Normalize_KnownText_GivesEachForm(string text, string c, string d, string kc, string kd)
    {
        Assert.Equal(c, UnicodeNormalizer.Normalize(text, NormalizationForm.FormC));
        Assert.Equal(d, UnicodeNormalizer.Normalize(text, NormalizationForm.FormD));
        Assert.Equal(kc, UnicodeNormalizer.Normalize(text, NormalizationForm.FormKC));
        Assert.Equal(kd, UnicodeNormalizer.Normalize(text, NormalizationForm.FormKD));
    }

    [Theory]
    [InlineData(NormalizationForm.FormC)]
    [InlineData(NormalizationForm.FormD)]
    [InlineData(NormalizationForm.FormKC)]
    [InlineData(NormalizationForm.FormKD)]
    public void Normalize_AnyText_IsIdempotentAndKeepsEquivalence(NormalizationForm form)
    {
        Gen<int> european = Gen.OneOf(Gen.Int[0x20, 0x250], Gen.Int[0x300, 0x345]);
        Gen<int> asian = Gen.OneOf(Gen.Int[0x900, 0xE00], Gen.Int[0x1100, 0x1200], Gen.Int[0xAC00, 0xD7A3], Gen.Int[0xF900, 0xFFFD]);
        Gen<string> texts = Gen.OneOf(european, asian).Array[0, 8]
            .Select(codePoints => string.Concat(codePoints.Select(char.ConvertFromUtf32)));
        bool isCompatibility = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        NormalizationForm decomposed = isCompatibility ? NormalizationForm.FormKD : NormalizationForm.FormD;

        texts.Sample(text =>
        {
            string normalized = UnicodeNormalizer.Normalize(text, form);
            return UnicodeNormalizer.Normalize(normalized, form) == normalized
                && UnicodeNormalizer.Normalize(normalized, decomposed) == UnicodeNormalizer.Normalize(text, decomposed);
        }, iter: 5000);
    }

    [Fact]
    public void Normalize_Ascii_ReturnsTheSameString()
    {
        const string Text = "plain text";

        Assert.Same(Text, UnicodeNormalizer.Normalize(Text, NormalizationForm.FormKD));
    }
}
