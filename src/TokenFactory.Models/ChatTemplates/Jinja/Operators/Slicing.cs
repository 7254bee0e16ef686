using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Operators;

/// <summary>Python's <c>a[start:stop:step]</c>: bounds beyond the ends are cut, negative ones count from the end.</summary>
internal static class Slicing
{
    public static TemplateValue Slice(
        RenderContext context, TemplateValue target, TemplateValue? start, TemplateValue? stop, TemplateValue? step)
    {
        Arithmetic.Refuse(target);
        if (target is not (StringValue or ListValue or TupleValue or RangeValue))
            throw new ChatTemplateException($"'{target.TypeName}' object cannot be sliced");
        RangeValue indices = Indices(target.Length!.Value, start, stop, step);
        switch (target)
        {
            case ListValue list:
                context.Budget.AllocateItems(indices.Count);
                return new ListValue(Pick(list.Items, indices));
            case TupleValue tuple:
                context.Budget.AllocateItems(indices.Count);
                return new TupleValue([.. Pick(tuple.Items, indices)]);
            case StringValue text:
                return SliceText(context.Budget, text, indices);
            default:
                RangeValue range = (RangeValue)target;
                return Compose(range, indices);
        }
    }

    /// <summary>The indices that a slice of a sequence of <paramref name="length"/> elements visits, in order.</summary>
    private static RangeValue Indices(long length, TemplateValue? start, TemplateValue? stop, TemplateValue? step)
    {
        long stride = Bound(step) is BigInteger given ? Numbers.Saturate(given) : 1;
        if (stride == 0)
            throw new ChatTemplateException("slice step cannot be zero");
        // Walking backwards, the position before the first element is -1.
        long lowest = stride > 0 ? 0 : -1;
        long highest = stride > 0 ? length : length - 1;
        long from = Clamp(Bound(start), length, lowest, highest) ?? (stride > 0 ? lowest : highest);
        long to = Clamp(Bound(stop), length, lowest, highest) ?? (stride > 0 ? highest : lowest);
        return new RangeValue(from, to, stride);
    }

    private static BigInteger? Bound(TemplateValue? value)
    {
        if (value is null or NoneValue)
            return null;
        Arithmetic.Refuse(value);
        return Numbers.TryInteger(value, out BigInteger bound)
            ? bound
            : throw new ChatTemplateException($"slice indices must be integers or none, not {value.TypeName}");
    }

    private static long? Clamp(BigInteger? bound, long length, long lowest, long highest)
    {
        if (bound is not BigInteger value)
            return null;
        BigInteger position = value.Sign < 0 ? value + length : value;
        return (long)BigInteger.Max(lowest, BigInteger.Min(highest, position));
    }

    private static List<TemplateValue> Pick(IList<TemplateValue> items, RangeValue indices)
    {
        List<TemplateValue> picked = new((int)indices.Count);
        for (long i = 0; i < indices.Count; i++)
            picked.Add(items[(int)(indices.Start + (i * indices.Step))]);
        return picked;
    }

    private static StringValue SliceText(RenderBudget budget, StringValue text, RangeValue indices)
    {
        budget.AllocateText(2 * indices.Count);
        if (text.CodePoints == text.Text.Length)
        {
            return text.Like(indices.Step == 1
                ? text.Text.Substring((int)indices.Start, (int)indices.Count)
                : string.Create((int)indices.Count, (text.Text, indices), static (span, state) =>
                {
                    for (int i = 0; i < span.Length; i++)
                        span[i] = state.Text[(int)(state.indices.Start + (i * state.indices.Step))];
                }));
        }
        budget.AllocateItems(text.Text.Length);
        List<string> characters = [.. text.Elements.Select(static c => ((StringValue)c).Text)];
        return text.Like(string.Concat(Enumerable.Range(0, (int)indices.Count).Select(i => characters[(int)(indices.Start + (i * indices.Step))])));
    }

    private static RangeValue Compose(RangeValue range, RangeValue indices)
    {
        if (indices.Count == 0)
            return new RangeValue(range.Start, range.Start, range.Step);
        BigInteger step = (BigInteger)range.Step * indices.Step;
        BigInteger start = range.Start + ((BigInteger)indices.Start * range.Step);
        BigInteger stop = range.Start + ((BigInteger)indices.Stop * range.Step);
        return new RangeValue(Numbers.Saturate(start), Numbers.Saturate(stop), Numbers.Saturate(step));
    }
}
