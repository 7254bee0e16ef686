using TokenFactory.Models.ChatTemplates.Jinja.Runtime;

namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>What <c>namespace()</c> makes: attributes that an inner scope may set.</summary>
internal sealed class NamespaceValue : TemplateValue
{
    public MapValue Attributes { get; } = new();

    internal override string TypeName => "Namespace";

    internal override TemplateValue? Attribute(string name) => Attributes.Find(StringValue.Of(name));
}

/// <summary>What <c>cycler(a, b)</c> makes: <c>next()</c> walks round its values.</summary>
internal sealed class CyclerValue(TemplateValue[] items) : TemplateValue
{
    private static readonly NativeFunction Next = new("next", [], static (_, self, _) => ((CyclerValue)self).Advance());
    private static readonly NativeFunction Reset = new("reset", [], static (_, self, _) => ((CyclerValue)self).Rewind());
    private int _position;

    internal override string TypeName => "Cycler";

    internal override NativeFunction? Method(string name) => name switch
    {
        "next" => Next,
        "reset" => Reset,
        _ => null,
    };

    internal override TemplateValue? Attribute(string name) => name == "current" ? items[_position] : null;

    private TemplateValue Advance()
    {
        TemplateValue current = items[_position];
        _position = (_position + 1) % items.Length;
        return current;
    }

    private NoneValue Rewind()
    {
        _position = 0;
        return NoneValue.Instance;
    }
}

/// <summary>What <c>joiner(", ")</c> makes: empty at the first call, the separator at each later one.</summary>
internal sealed class JoinerValue(TemplateValue separator) : CallableValue
{
    private bool _used;

    internal override string TypeName => "Joiner";

    public override TemplateValue Call(RenderContext context, CallArguments arguments)
    {
        if (!_used)
        {
            _used = true;
            return StringValue.Empty;
        }
        return separator;
    }
}
