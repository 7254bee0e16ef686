using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>HTML escaping, which happens only where a template asks for it or adds to safe text.</summary>
internal static class Escaping
{
    /// <summary>The text with <c>&amp; &lt; &gt; ' "</c> escaped; safe text stays as it is.</summary>
    public static string Escape(RenderBudget budget, StringValue value)
    {
        if (value.IsSafe || !value.Text.AsSpan().ContainsAny("&<>'\""))
            return value.Text;
        budget.AllocateText(5L * value.Text.Length);
        return value.Text
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal)
            .Replace("\"", "&#34;", StringComparison.Ordinal);
    }
}
