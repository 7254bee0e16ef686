using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters and methods that change upper and lower case.</summary>
internal static class CaseFilters
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("upper", [], static (context, self, _) => Map(context, self, Upper)),
        new("lower", [], static (context, self, _) => Map(context, self, Lower)),
        new("capitalize", [], static (context, self, _) => Map(context, self, Capitalize)),
        new("title", [], static (context, self, _) => Map(context, self, text => TitleAfter(text, IsTitleBreak))),
    ];

    /// <summary>The printed value through a mapping; safe text stays safe.</summary>
    public static StringValue Map(RenderContext context, TemplateValue self, Func<string, string> map)
    {
        string text = PythonRepr.Str(context, self);
        context.Budget.AllocateText(2L * text.Length);
        string mapped = map(text);
        return self is StringValue value ? value.Like(mapped) : StringValue.Of(mapped);
    }

    // Unicode gives this one letter two capitals; .NET maps letters one to one.
    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal);

    public static string Lower(string text) => text.ToLowerInvariant();

    public static string Capitalize(string text) => text.Length == 0 ? text : Upper(text[..1]) + Lower(text[1..]);

    /// <summary>A capital at the start and behind each break, small letters elsewhere.</summary>
    public static string TitleAfter(string text, Func<char, bool> isBreak)
    {
        StringBuilder result = new(text.Length);
        bool starts = true;
        foreach (char c in text)
        {
            result.Append(starts ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            starts = isBreak(c);
        }
        return result.ToString();
    }

    private static bool IsTitleBreak(char c) => PythonText.IsWhitespace(c) || c is '-' or '(' or '{' or '[' or '<';
}
