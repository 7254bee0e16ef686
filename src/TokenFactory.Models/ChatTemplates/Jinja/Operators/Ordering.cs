using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Operators;

/// <summary>Python's <c>&lt;</c> and stable sort. Only numbers, texts, lists and tuples have an order, each among their own.</summary>
internal static class Ordering
{
    /// <summary>Negative, zero or positive; null where a NaN is involved, which has no order.</summary>
    public static int? Compare(RenderContext context, TemplateValue left, TemplateValue right) => Compare(context, left, right, 0);

    /// <summary>The items by their keys, stable in both directions.</summary>
    public static List<TemplateValue> Sort(
        RenderContext context, IReadOnlyList<TemplateValue> items, Func<TemplateValue, TemplateValue> key, bool isDescending)
    {
        context.Budget.AllocateItems(2 * items.Count);
        Comparer<TemplateValue> comparer = Comparer<TemplateValue>.Create((x, y) => Compare(context, x, y) ?? 0);
        (TemplateValue Item, TemplateValue Key)[] keyed = [.. items.Select(item => (item, key(item)))];
        return isDescending
            ? [.. keyed.OrderByDescending(static pair => pair.Key, comparer).Select(static pair => pair.Item)]
            : [.. keyed.OrderBy(static pair => pair.Key, comparer).Select(static pair => pair.Item)];
    }

    private static int? Compare(RenderContext context, TemplateValue left, TemplateValue right, int depth)
    {
        context.Budget.Step();
        Arithmetic.Refuse(left);
        Arithmetic.Refuse(right);
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                context.Budget.ReadText(Math.Min(a.Text.Length, b.Text.Length));
                return PythonText.Compare(a.Text, b.Text);
            case (ListValue a, ListValue b):
                return CompareItems(context, a.Items, b.Items, depth);
            case (TupleValue a, TupleValue b):
                return CompareItems(context, a.Items, b.Items, depth);
        }
        if (Numbers.TryInteger(left, out BigInteger m) && Numbers.TryInteger(right, out BigInteger n))
            return m.CompareTo(n);
        if (!Numbers.TryFloat(left, out double x) || !Numbers.TryFloat(right, out double y))
            throw new ChatTemplateException($"{left.TypeName} and {right.TypeName} have no order");
        return double.IsNaN(x) || double.IsNaN(y) ? null : CompareNumbers(left, right, x, y);
    }

    /// <summary>An integer beside a float is compared exactly: beyond 2^53 the conversion would round.</summary>
    private static int CompareNumbers(TemplateValue left, TemplateValue right, double x, double y)
    {
        if (x != y || double.IsInfinity(x))
            return x.CompareTo(y);
        BigInteger m = Numbers.TryInteger(left, out BigInteger a) ? a : new BigInteger(x);
        BigInteger n = Numbers.TryInteger(right, out BigInteger b) ? b : new BigInteger(y);
        return double.IsInteger(x) ? m.CompareTo(n) : 0;
    }

    private static int? CompareItems(RenderContext context, IList<TemplateValue> left, IList<TemplateValue> right, int depth)
    {
        context.Budget.CheckValueDepth(depth);
        RenderBudget.EnsureStack();
        int length = Math.Min(left.Count, right.Count);
        for (int i = 0; i < length; i++)
        {
            if (!Equality.AreEqual(context, left[i], right[i]))
                return Compare(context, left[i], right[i], depth + 1);
        }
        return left.Count.CompareTo(right.Count);
    }
}
