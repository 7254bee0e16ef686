using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Methods;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;

namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>
/// Python's <c>str</c>. Length, index and slice count code points. <see cref="IsSafe"/> marks text that went through
/// <c>safe</c> or <c>escape</c> (markupsafe's <c>Markup</c>): it escapes what is added to it.
/// </summary>
internal sealed class StringValue(string text, bool isSafe = false) : TemplateValue
{
    public static readonly StringValue Empty = new("");

    private int _hash;
    private int _codePoints = -1;

    public string Text { get; } = text;

    public bool IsSafe { get; } = isSafe;

    /// <summary>How many code points the text has; equal to its UTF-16 length exactly where it has no surrogate pair.</summary>
    public int CodePoints => _codePoints >= 0 ? _codePoints : _codePoints = PythonText.CountCodePoints(Text);

    internal override string TypeName => IsSafe ? "Markup" : "str";

    internal override bool IsTrue => Text.Length > 0;

    internal override long? Length => CodePoints;

    internal override IEnumerable<TemplateValue> Elements => Characters();

    // A race only computes the same hash twice.
    internal override int KeyHash => _hash != 0 ? _hash : _hash = Text.GetHashCode(StringComparison.Ordinal) | 1;

    public static StringValue Of(string text) => text.Length == 0 ? Empty : new StringValue(text);

    /// <summary>A text that is safe exactly where this one is: what Markup's own methods return.</summary>
    public StringValue Like(string text) => IsSafe ? new StringValue(text, true) : Of(text);

    internal override NativeFunction? Method(string name) => StringMethods.Find(name);

    private IEnumerable<TemplateValue> Characters()
    {
        for (int i = 0; i < Text.Length;)
        {
            int width = PythonText.WidthAt(Text, i);
            yield return Like(Text.Substring(i, width));
            i += width;
        }
    }
}
