using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;

namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>
/// The <c>loop</c> of a for statement. Elements are taken one by one; only <c>last</c> and <c>nextitem</c> look one ahead and
/// only the length of an unsized source reads it to its end, so a loop filter sees what the body has set before.
/// </summary>
internal sealed class LoopValue : CallableValue
{
    private static readonly NativeFunction Cycle = new("cycle", static (_, self, arguments) => ((LoopValue)self).PickCycled(arguments));
    private static readonly NativeFunction Changed =
        new("changed", static (context, self, arguments) => ((LoopValue)self).HasChanged(context, arguments));

    private readonly ForStatement _statement;
    private readonly Scope _scope;
    private readonly int _depth0;
    private IEnumerator<TemplateValue> _source;
    private long? _length;
    private long _index0 = -1;
    private TemplateValue? _before;
    private TemplateValue? _current;
    private TemplateValue? _after;
    private TupleValue? _lastChanged;

    /// <param name="statement">The loop, for recursion.</param>
    /// <param name="scope">The scope in which the loop stands.</param>
    /// <param name="source">The elements that pass the loop's filter.</param>
    /// <param name="length">Their number, where it is known before the walk.</param>
    /// <param name="depth0">How many recursive calls deep the loop runs.</param>
    public LoopValue(ForStatement statement, Scope scope, IEnumerator<TemplateValue> source, long? length, int depth0)
    {
        _statement = statement;
        _scope = scope;
        _source = source;
        _length = length;
        _depth0 = depth0;
    }

    public TemplateValue Current => _current!;

    internal override string TypeName => "LoopContext";

    internal override long? Length => _length ??= CountRest();

    public bool MoveNext()
    {
        TemplateValue? next = _after ?? Take();
        _after = null;
        if (next is null)
            return false;
        _index0++;
        _before = _current;
        _current = next;
        return true;
    }

    public override TemplateValue Call(RenderContext context, CallArguments arguments)
    {
        if (!_statement.IsRecursive)
            throw new ChatTemplateException("the loop must have the 'recursive' marker to be called recursively");
        if (arguments.Positional.Length != 1 || arguments.Named.Length > 0)
            throw new ChatTemplateException("loop() takes the inner list as its one argument");
        return context.Statements.RunRecursive(_statement, _scope, arguments.Positional[0]!, _depth0 + 1);
    }

    internal override NativeFunction? Method(string name) => name switch
    {
        "cycle" => Cycle,
        "changed" => Changed,
        _ => null,
    };

    internal override TemplateValue? Attribute(string name) => name switch
    {
        "index" => _index0 + 1,
        "index0" => _index0,
        "first" => _index0 == 0,
        "last" => Peek() is null,
        "length" => Length!.Value,
        "revindex" => Length!.Value - _index0,
        "revindex0" => Length!.Value - _index0 - 1,
        "previtem" => _index0 == 0 ? UndefinedValue.Because("there is no previous item") : _before,
        "nextitem" => Peek() ?? UndefinedValue.Because("there is no next item"),
        "depth" => _depth0 + 1,
        "depth0" => _depth0,
        _ => null,
    };

    private TemplateValue? Take() => _source.MoveNext() ? _source.Current : null;

    private TemplateValue? Peek() => _after ??= Take();

    private long CountRest()
    {
        List<TemplateValue> rest = [];
        while (Take() is TemplateValue item)
            rest.Add(item);
        _source = rest.GetEnumerator();
        return _index0 + 1 + (_after is null ? 0 : 1) + rest.Count;
    }

    private TemplateValue PickCycled(CallArguments arguments)
    {
        if (arguments.Positional.Length == 0)
            throw new ChatTemplateException("loop.cycle() needs at least one item");
        return arguments.Positional[_index0 % arguments.Positional.Length]!;
    }

    private BooleanValue HasChanged(RenderContext context, CallArguments arguments)
    {
        TupleValue now = new([.. arguments.Positional!]);
        bool changed = _lastChanged is null || !Equality.AreEqual(context, _lastChanged, now);
        _lastChanged = now;
        return BooleanValue.Of(changed);
    }
}
