using TokenFactory.Models.ChatTemplates.Jinja.Methods;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;

namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>list</c>: the template may append to it and pop from it.</summary>
internal sealed class ListValue(List<TemplateValue> items) : TemplateValue
{
    public List<TemplateValue> Items { get; } = items;

    internal override string TypeName => "list";

    internal override bool IsTrue => Items.Count > 0;

    internal override long? Length => Items.Count;

    internal override IEnumerable<TemplateValue> Elements => Iterate();

    internal override bool IsHashable => false;

    internal override NativeFunction? Method(string name) => ListMethods.Find(name);

    // By index, as Python does it: a list that grows under the loop is followed to its new end.
    private IEnumerable<TemplateValue> Iterate()
    {
        for (int i = 0; i < Items.Count; i++)
            yield return Items[i];
    }
}

/// <summary>Python's <c>tuple</c>; with <see cref="FieldNames"/> a named one, as <c>groupby</c> gives.</summary>
internal sealed class TupleValue : TemplateValue
{
    /// <summary>Tuples with more parts than this, nested ones included, are refused as keys: comparing them is not metered.</summary>
    public const int MaxKeyWeight = 1000;

    private static readonly string[] NoNames = [];
    private readonly int _keyWeight;
    private int _hash;

    public TupleValue(params TemplateValue[] items)
    {
        Items = items;
        long weight = 1;
        foreach (TemplateValue item in items)
            weight += item is TupleValue tuple ? tuple._keyWeight : item.IsHashable ? 1 : MaxKeyWeight;
        _keyWeight = (int)Math.Min(weight, MaxKeyWeight + 1);
    }

    public TemplateValue[] Items { get; }

    public string[] FieldNames { get; init; } = NoNames;

    internal override string TypeName => "tuple";

    internal override bool IsTrue => Items.Length > 0;

    internal override long? Length => Items.Length;

    internal override IEnumerable<TemplateValue> Elements => Items;

    internal override bool IsHashable => _keyWeight <= MaxKeyWeight;

    internal override int KeyHash
    {
        get
        {
            if (_hash == 0)
            {
                HashCode hash = new();
                foreach (TemplateValue item in Items)
                    hash.Add(item.KeyHash);
                _hash = hash.ToHashCode() | 1;
            }
            return _hash;
        }
    }

    internal override NativeFunction? Method(string name) => ListMethods.FindForTuple(name);

    internal override TemplateValue? Attribute(string name)
    {
        int index = Array.IndexOf(FieldNames, name);
        return index < 0 ? null : Items[index];
    }
}

/// <summary>Python's <c>range</c>: it holds no elements, so a range of 10^12 costs nothing until it is walked.</summary>
internal sealed class RangeValue(long start, long stop, long step) : TemplateValue
{
    public long Start { get; } = start;

    public long Stop { get; } = stop;

    public long Step { get; } = step;

    /// <summary>The number of elements. 128-bit steps keep extreme bounds from overflowing; the result is capped at 2^63-1.</summary>
    public long Count { get; } = CountElements(start, stop, step);

    internal override string TypeName => "range";

    internal override bool IsTrue => Count > 0;

    internal override long? Length => Count;

    internal override IEnumerable<TemplateValue> Elements => Iterate();

    public TemplateValue At(long index) => IntegerValue.Of(Start + (index * Step));

    private static long CountElements(long start, long stop, long step)
    {
        Int128 span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        Int128 size = step > 0 ? step : -(Int128)step;
        return span <= 0 ? 0 : (long)Int128.Min((span + size - 1) / size, long.MaxValue);
    }

    private IEnumerable<TemplateValue> Iterate()
    {
        for (long i = 0; i < Count; i++)
            yield return At(i);
    }
}

/// <summary>
/// What Python's lazy filters (<c>map</c>, <c>select</c> …) return: it can be walked once, and has no length and no index. The
/// elements are computed when the filter runs.
/// </summary>
internal sealed class GeneratorValue(IReadOnlyList<TemplateValue> items) : TemplateValue
{
    private int _next;

    internal override string TypeName => "generator";

    internal override IEnumerable<TemplateValue> Elements => Drain();

    private IEnumerable<TemplateValue> Drain()
    {
        while (_next < items.Count)
            yield return items[_next++];
    }
}
