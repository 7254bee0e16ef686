using System.Globalization;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>An <c>attribute=</c> argument: an index, or names and indices with points between (<c>address.0.city</c>).</summary>
internal sealed class AttributePath
{
    private readonly TemplateValue[] _parts;

    private AttributePath(TemplateValue[] parts) => _parts = parts;

    /// <summary>The path; null where no attribute was given.</summary>
    public static AttributePath? Of(TemplateValue? attribute) => attribute switch
    {
        null or NoneValue => null,
        StringValue text => Parse(text.Text),
        IntegerValue => new AttributePath([attribute]),
        _ => throw new ChatTemplateException($"an attribute must be text or an integer, not {attribute.TypeName}"),
    };

    /// <summary>Several paths with commas between, as <c>sort</c> takes them; none given reads the item itself.</summary>
    public static AttributePath[] AllOf(TemplateValue? attribute) => attribute is StringValue text
        ? [.. text.Text.Split(',').Select(Parse)]
        : Of(attribute) is { } path ? [path] : [new AttributePath([])];

    public TemplateValue Read(RenderContext context, TemplateValue item)
    {
        foreach (TemplateValue part in _parts)
        {
            context.Budget.Step();
            item = Members.Item(context, item, part);
        }
        return item;
    }

    private static AttributePath Parse(string path) => new([.. path.Split('.').Select(ParsePart)]);

    private static TemplateValue ParsePart(string part) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long index) ? IntegerValue.Of(index) : StringValue.Of(part);
}
