using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Operators;

/// <summary>Python's <c>==</c>. Numbers are equal across their types; so are lists, tuples and maps by their contents.</summary>
internal static class Equality
{
    public static bool AreEqual(RenderContext context, TemplateValue left, TemplateValue right) =>
        AreEqual(context.Budget, left, right, 0);

    /// <summary>Equality of two hashable values; unmetered, since keys are small by construction.</summary>
    public static bool AreEqualKeys(TemplateValue left, TemplateValue right) => AreEqual(null, left, right, 0);

    private static bool AreEqual(RenderBudget? budget, TemplateValue left, TemplateValue right, int depth)
    {
        budget?.Step();
        // NaN differs even from itself.
        if (ReferenceEquals(left, right))
            return left is not FloatValue { Value: double.NaN };
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                budget?.ReadText(a.Text.Length == b.Text.Length ? a.Text.Length : 0);
                return a.Text == b.Text;
            case (ListValue a, ListValue b):
                return AreEqualItems(budget, a.Items, b.Items, depth);
            case (TupleValue a, TupleValue b):
                return AreEqualItems(budget, a.Items, b.Items, depth);
            case (MapValue a, MapValue b):
                return AreEqualMaps(budget, a, b, depth);
            case (RangeValue a, RangeValue b):
                return a.Count == b.Count && (a.Count == 0 || (a.Start == b.Start && (a.Count == 1 || a.Step == b.Step)));
            case (UndefinedValue, UndefinedValue):
                return true;
            default:
                return AreEqualNumbers(left, right);
        }
    }

    private static bool AreEqualItems(RenderBudget? budget, IList<TemplateValue> left, IList<TemplateValue> right, int depth)
    {
        budget?.CheckValueDepth(depth);
        RenderBudget.EnsureStack();
        if (left.Count != right.Count)
            return false;
        for (int i = 0; i < left.Count; i++)
        {
            // Python takes an element as equal to itself without asking it.
            if (!ReferenceEquals(left[i], right[i]) && !AreEqual(budget, left[i], right[i], depth + 1))
                return false;
        }
        return true;
    }

    private static bool AreEqualMaps(RenderBudget? budget, MapValue left, MapValue right, int depth)
    {
        budget?.CheckValueDepth(depth);
        RenderBudget.EnsureStack();
        if (left.Count != right.Count)
            return false;
        foreach ((TemplateValue key, TemplateValue value) in left.Entries())
        {
            if (right.Find(key) is not TemplateValue other
                || (!ReferenceEquals(value, other) && !AreEqual(budget, value, other, depth + 1)))
            {
                return false;
            }
        }
        return true;
    }

    private static bool AreEqualNumbers(TemplateValue left, TemplateValue right)
    {
        if (Numbers.TryInteger(left, out BigInteger a))
        {
            return Numbers.TryInteger(right, out BigInteger b)
                ? a == b
                : right is FloatValue real && double.IsInteger(real.Value) && new BigInteger(real.Value) == a;
        }
        if (left is not FloatValue x)
            return false;
        return right is FloatValue y
            ? x.Value == y.Value
            : double.IsInteger(x.Value) && Numbers.TryInteger(right, out BigInteger c) && new BigInteger(x.Value) == c;
    }
}
