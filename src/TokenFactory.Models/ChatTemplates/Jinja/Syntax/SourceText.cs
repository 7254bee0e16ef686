namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>
/// A template's text with every line end as <c>\n</c> and without its last one (<c>keep_trailing_newline</c> off); turns an
/// offset into line and column.
/// </summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    public SourceText(string source)
    {
        string text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        Text = text.EndsWith('\n') ? text[..^1] : text;
        for (int i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '\n')
                _lineStarts.Add(i + 1);
        }
    }

    public string Text { get; }

    /// <summary>The line of an offset, counted from 1.</summary>
    public int LineOf(int offset)
    {
        int index = _lineStarts.BinarySearch(offset);
        return index >= 0 ? index + 1 : ~index;
    }

    public ChatTemplateSyntaxException Error(int offset, string problem)
    {
        int line = LineOf(offset);
        return new ChatTemplateSyntaxException(problem, line, offset - _lineStarts[line - 1] + 1);
    }
}
