using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Operators;

/// <summary>Python's <c>in</c>: part of a text, key of a map, element of anything else that can be walked.</summary>
internal static class Membership
{
    public static bool Contains(RenderContext context, TemplateValue container, TemplateValue item)
    {
        switch (container)
        {
            case StringValue text:
                if (item is not StringValue part)
                    throw Unfit(container, item);
                context.Budget.SearchText(text.Text.Length, part.Text.Length);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case MapValue map:
                return Members.FindKey(context, map, item) is not null;
            case MapViewValue { Kind: MapViewKind.Keys } keys:
                return Members.FindKey(context, keys.Source, item) is not null;
            case RangeValue range when Numbers.TryInteger(item, out BigInteger number):
                return Contains(range, number);
            default:
                return container.Elements is not null ? ContainsElement(context, container, item) : throw Unfit(container, item);
        }
    }

    private static ChatTemplateException Unfit(TemplateValue container, TemplateValue item) =>
        new($"'in' cannot look for {item.TypeName} in {container.TypeName}");

    private static bool Contains(RangeValue range, BigInteger number)
    {
        if (range.Count == 0)
            return false;
        BigInteger index = BigInteger.DivRem(number - range.Start, range.Step, out BigInteger remainder);
        return remainder.IsZero && index >= 0 && index < range.Count;
    }

    private static bool ContainsElement(RenderContext context, TemplateValue container, TemplateValue item)
    {
        foreach (TemplateValue element in context.Budget.Iterate(container))
        {
            if (ReferenceEquals(element, item) || Equality.AreEqual(context, element, item))
                return true;
        }
        return false;
    }
}
