using System.Text;
using System.Text.RegularExpressions;

namespace TokenFactory.DemoModel.Corpus;

/// <summary>
/// Expands a template: <c>{a|b|}</c> picks one alternative (they nest, and one may be empty), <c>[slot]</c> takes the slot's
/// value or else a random entry of the word list of that name. The article before a vowel becomes "an".
/// </summary>
internal sealed partial class Grammar
{
    private readonly IReadOnlyDictionary<string, string[]> _lists;

    public Grammar(IReadOnlyDictionary<string, string[]> lists) => _lists = lists;

    /// <summary>A random entry of the list <paramref name="name"/>.</summary>
    /// <exception cref="InvalidDataException">No list has that name.</exception>
    public string Pick(string name, Random random) =>
        _lists.TryGetValue(name, out string[]? entries)
            ? entries[random.Next(entries.Length)]
            : throw new InvalidDataException($"the corpus text uses [{name}], which is neither a slot nor a list in lists.txt");

    /// <summary>Whether the list <paramref name="name"/> has exactly this entry.</summary>
    public bool Has(string name, string entry) => _lists.TryGetValue(name, out string[]? entries) && entries.Contains(entry);

    /// <summary>One random expansion of <paramref name="template"/> with single spaces.</summary>
    public string Expand(string template, Random random, IReadOnlyDictionary<string, string>? slots = null)
    {
        var output = new StringBuilder();
        int position = 0;
        Append(template, ref position, random, slots, output);
        if (position != template.Length)
            throw new InvalidDataException($"the template has an unmatched '{template[position]}' at {position}: {template}");
        string spaced = Spaces().Replace(output.ToString(), " ").Trim();
        return Article().Replace(SpaceBeforeMark().Replace(spaced, "$1"), "$1n ");
    }

    /// <summary>Upper-cases the first letter of every sentence. What follows <c>!"</c> or <c>?"</c> inside a text goes on in lower case ("..." he asked).</summary>
    public static string Sentences(string text) =>
        SentenceStart().Replace(text, match => match.Groups[1].Value + match.Groups[2].Value.ToUpperInvariant());

    private void Append(
        string template, ref int position, Random random, IReadOnlyDictionary<string, string>? slots, StringBuilder output)
    {
        while (position < template.Length && template[position] is not ('|' or '}'))
        {
            char c = template[position++];
            if (c == '{')
                AppendChoice(template, ref position, random, slots, output);
            else if (c == '[')
                AppendSlot(template, ref position, random, slots, output);
            else
                output.Append(c);
        }
    }

    private void AppendChoice(
        string template, ref int position, Random random, IReadOnlyDictionary<string, string>? slots, StringBuilder output)
    {
        var starts = new List<int> { position };
        int end = FindAlternatives(template, position, starts);
        int chosen = starts[random.Next(starts.Count)];
        Append(template, ref chosen, random, slots, output);
        position = end + 1;
    }

    private static int FindAlternatives(string template, int position, List<int> starts)
    {
        for (int depth = 0, i = position; i < template.Length; i++)
        {
            if (template[i] == '{')
                depth++;
            else if (template[i] == '|' && depth == 0)
                starts.Add(i + 1);
            else if (template[i] == '}' && depth-- == 0)
                return i;
        }
        throw new InvalidDataException($"the template has an unclosed '{{': {template}");
    }

    private void AppendSlot(
        string template, ref int position, Random random, IReadOnlyDictionary<string, string>? slots, StringBuilder output)
    {
        int end = template.IndexOf(']', position);
        if (end < 0)
            throw new InvalidDataException($"the template has an unclosed '[': {template}");
        string name = template[position..end];
        position = end + 1;
        string value = slots is not null && slots.TryGetValue(name, out string? filled) ? filled : Expand(Pick(name, random), random, slots);
        output.Append(value);
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();

    [GeneratedRegex(" ([.,;:!?])")]
    private static partial Regex SpaceBeforeMark();

    [GeneratedRegex(@"\b([Aa]) (?=[aeiouAEIO])(?!one\b|use|uni|Uni|eu|Eu)")]
    private static partial Regex Article();

    [GeneratedRegex(@"(^""?|[.!?] ""?|\."" ""?|\n""?)([a-z])")]
    private static partial Regex SentenceStart();
}
