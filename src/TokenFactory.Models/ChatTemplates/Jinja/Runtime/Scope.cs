namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>
/// Names of one block and a link to the block around it. A read looks outwards, a write stays here. The parser interns names, so
/// a short scope is searched by reference; a long one gets an index.
/// </summary>
internal sealed class Scope(Scope? parent)
{
    private const int IndexFrom = 12;

    private string[] _names = new string[4];
    private TemplateValue[] _values = new TemplateValue[4];
    private int _count;
    private Dictionary<string, int>? _index;

    /// <summary>A macro defined in this scope reads it later: it may not be reused for the next iteration.</summary>
    public bool IsCaptured { get; set; }

    /// <summary>The nearest value of an interned name; null where no scope has it.</summary>
    public TemplateValue? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
        {
            int slot = scope.SlotOf(name);
            if (slot >= 0)
                return scope._values[slot];
        }
        return null;
    }

    public void Set(string name, TemplateValue value)
    {
        int slot = SlotOf(name);
        if (slot < 0)
            slot = Add(name);
        _values[slot] = value;
    }

    public void Clear()
    {
        _count = 0;
        _index = null;
    }

    public Scope? Parent { get; } = parent;

    private int SlotOf(string name)
    {
        if (_index is not null)
            return _index.TryGetValue(name, out int slot) ? slot : -1;
        for (int i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_names[i], name))
                return i;
        }
        return -1;
    }

    private int Add(string name)
    {
        if (_count == _names.Length)
        {
            Array.Resize(ref _names, 2 * _count);
            Array.Resize(ref _values, 2 * _count);
        }
        _names[_count] = name;
        if (_index is not null)
            _index.Add(name, _count);
        else if (_count + 1 == IndexFrom)
            _index = Enumerable.Range(0, _count + 1).ToDictionary(i => _names[i]);
        return _count++;
    }
}
