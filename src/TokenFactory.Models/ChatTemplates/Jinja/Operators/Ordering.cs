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
        context.Budget.AllocateItems(3L * items.Count);
        (TemplateValue Item, TemplateValue Key)[] keyed = [.. items.Select(item => (item, key(item)))];
        (TemplateValue Item, TemplateValue Key)[] merged = new (TemplateValue, TemplateValue)[keyed.Length];
        int sign = isDescending ? -1 : 1;
        for (int width = 1; width < keyed.Length; width *= 2)
        {
            for (int start = 0; start < keyed.Length; start += 2 * width)
                Merge(context, keyed, merged, start, width, sign);
            (keyed, merged) = (merged, keyed);
        }
        return [.. keyed.Select(static pair => pair.Item)];
    }

    /// <summary>
    /// Merges two neighbouring sorted runs; the left one wins ties. A merge sort of our own bears keys without a full order (NaN)
    /// and lets a comparison's exception through, which the library's sort does not.
    /// </summary>
    private static void Merge(
        RenderContext context, (TemplateValue, TemplateValue Key)[] source, (TemplateValue, TemplateValue)[] target, int start, int width, int sign)
    {
        int middle = Math.Min(start + width, source.Length);
        int end = Math.Min(middle + width, source.Length);
        (int left, int right) = (start, middle);
        for (int i = start; i < end; i++)
        {
            bool takesRight = left == middle
                || (right < end && (Compare(context, source[right].Key, source[left].Key) ?? 0) * sign < 0);
            target[i] = source[takesRight ? right++ : left++];
        }
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
