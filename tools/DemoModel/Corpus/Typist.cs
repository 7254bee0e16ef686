using System.Text;

namespace TokenFactory.DemoModel.Corpus;

/// <summary>Makes a question look typed: lower case, missing marks, now and then a slip of the fingers.</summary>
internal static class Typist
{
    /// <summary>A variant of <paramref name="text"/>; often the text itself.</summary>
    public static string Type(string text, Random random)
    {
        double style = random.NextDouble();
        if (style < 0.35)
            text = text.ToLowerInvariant();
        else
            text = char.ToUpperInvariant(text[0]) + text[1..];
        if (random.NextDouble() < 0.35)
            text = text.TrimEnd('?', '.', '!');
        if (random.NextDouble() < 0.05)
            text = text.Replace("'", "", StringComparison.Ordinal);
        return random.NextDouble() < 0.06 && text.Length > 8 ? Slip(text, random) : text;
    }

    /// <summary>Swaps, drops or doubles one letter inside the text.</summary>
    private static string Slip(string text, Random random)
    {
        int at = random.Next(1, text.Length - 2);
        if (!char.IsLetter(text[at]) || !char.IsLetter(text[at + 1]))
            return text;
        var letters = new StringBuilder(text);
        switch (random.Next(3))
        {
            case 0:
                (letters[at], letters[at + 1]) = (letters[at + 1], letters[at]);
                break;
            case 1:
                letters.Remove(at, 1);
                break;
            default:
                letters.Insert(at, letters[at]);
                break;
        }
        return letters.ToString();
    }
}
