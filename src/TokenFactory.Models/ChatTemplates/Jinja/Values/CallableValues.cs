using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;

namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>A value that a template can call.</summary>
internal abstract class CallableValue : TemplateValue
{
    public abstract TemplateValue Call(RenderContext context, CallArguments arguments);
}

/// <summary>A global function, or a method together with the value it was read from.</summary>
internal sealed class FunctionValue(NativeFunction function, TemplateValue self) : CallableValue
{
    public string Name => function.Name;

    internal override string TypeName => "builtin_function_or_method";

    public override TemplateValue Call(RenderContext context, CallArguments arguments) => function.Invoke(context, self, arguments);
}

/// <summary>A macro, or the body of a call block, with the scope in which it was defined.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope scope) : CallableValue
{
    public MacroDefinition Definition { get; } = definition;

    public Scope Scope { get; } = scope;

    internal override string TypeName => "Macro";

    public override TemplateValue Call(RenderContext context, CallArguments arguments) =>
        MacroCall.Invoke(context, this, arguments);

    internal override TemplateValue? Attribute(string name) => name switch
    {
        "name" => Definition.Name,
        "arguments" => new TupleValue([.. Definition.Parameters.Select(static p => StringValue.Of(p.Name))]),
        "catch_kwargs" => Definition.ReadsKwargs,
        "catch_varargs" => Definition.ReadsVarargs,
        "caller" => Definition.ReadsCaller,
        _ => null,
    };
}
