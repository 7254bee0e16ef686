using TokenFactory.Models.ChatTemplates.Jinja.Methods;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;

namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>dict</c>: insertion order is kept, and replacing a value keeps the first key and its place.</summary>
internal sealed class MapValue : TemplateValue
{
    private readonly OrderedDictionary<TemplateValue, TemplateValue> _entries;

    public MapValue() => _entries = new(KeyComparer.Instance);

    public MapValue(int capacity) => _entries = new(capacity, KeyComparer.Instance);

    public MapValue(MapValue other) => _entries = new(other._entries, KeyComparer.Instance);

    public int Count => _entries.Count;

    internal override string TypeName => "dict";

    internal override bool IsTrue => _entries.Count > 0;

    internal override long? Length => _entries.Count;

    internal override IEnumerable<TemplateValue> Elements => Entries().Select(static entry => entry.Key);

    internal override bool IsHashable => false;

    /// <summary>The value of a hashable key; null where the map has none.</summary>
    public TemplateValue? Find(TemplateValue key) => _entries.TryGetValue(key, out TemplateValue? value) ? value : null;

    public void Set(TemplateValue key, TemplateValue value)
    {
        if (!key.IsHashable)
            throw new ChatTemplateException($"unhashable type: '{key.TypeName}'");
        _entries[key] = value;
    }

    public TemplateValue? Remove(TemplateValue key) => _entries.Remove(key, out TemplateValue? value) ? value : null;

    public KeyValuePair<TemplateValue, TemplateValue> EntryAt(int index) => _entries.GetAt(index);

    public void RemoveAt(int index) => _entries.RemoveAt(index);

    public void Clear() => _entries.Clear();

    /// <summary>The entries in order; a map that changes its size meanwhile ends the walk with an error, as in Python.</summary>
    public IEnumerable<KeyValuePair<TemplateValue, TemplateValue>> Entries()
    {
        int count = _entries.Count;
        for (int i = 0; i < count; i++)
        {
            yield return _entries.GetAt(i);
            if (_entries.Count != count)
                throw new ChatTemplateException("dictionary changed size during iteration");
        }
    }

    internal override NativeFunction? Method(string name) => MapMethods.Find(name);

    /// <summary>Key equality and hash; only hashable values come here, so a comparison is short.</summary>
    private sealed class KeyComparer : IEqualityComparer<TemplateValue>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(TemplateValue? x, TemplateValue? y) => ReferenceEquals(x, y) || Operators.Equality.AreEqualKeys(x!, y!);

        public int GetHashCode(TemplateValue key) => key.KeyHash;
    }
}

/// <summary>What a map view shows.</summary>
internal enum MapViewKind
{
    Keys,
    Values,
    Items,
}

/// <summary>Python's <c>dict.keys()</c>, <c>values()</c> and <c>items()</c>: a live view, without an index.</summary>
internal sealed class MapViewValue(MapValue map, MapViewKind kind) : TemplateValue
{
    public MapViewKind Kind { get; } = kind;

    public MapValue Source { get; } = map;

    internal override string TypeName => Kind switch
    {
        MapViewKind.Keys => "dict_keys",
        MapViewKind.Values => "dict_values",
        _ => "dict_items",
    };

    internal override bool IsTrue => Source.Count > 0;

    internal override long? Length => Source.Count;

    internal override IEnumerable<TemplateValue> Elements => Source.Entries().Select<KeyValuePair<TemplateValue, TemplateValue>, TemplateValue>(
        Kind switch
        {
            MapViewKind.Keys => static entry => entry.Key,
            MapViewKind.Values => static entry => entry.Value,
            _ => static entry => new TupleValue(entry.Key, entry.Value),
        });
}
