using System.Text;
using TokenFactory.Models.Tokenization.Patterns;

namespace TokenFactory.Models.Tokenization.Normalizers;

/// <summary>Replaces what a pattern finds by a fixed text, taken literally.</summary>
internal sealed class ReplaceNormalizer(ITextPattern pattern, string content) : INormalizer
{
    public string Normalize(string text)
    {
        List<TextMatch> matches = [];
        pattern.Find(text, matches);
        if (matches.Count == 0)
            return text;
        StringBuilder replaced = new(text.Length);
        int position = 0;
        foreach (TextMatch match in matches)
        {
            replaced.Append(text, position, match.Start - position).Append(content);
            position = match.End;
        }
        return replaced.Append(text, position, text.Length - position).ToString();
    }
}
