using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>Runs a macro: binds its arguments in a scope inside the one of its definition and cuts out what its body writes.</summary>
internal static class MacroCall
{
    public static StringValue Invoke(RenderContext context, MacroValue macro, CallArguments arguments)
    {
        Scope scope = new(macro.Scope);
        Dictionary<string, TemplateValue> named = Named(macro.Definition.Name, arguments);
        context.Budget.EnterCall();
        Scope outer = context.Scope;
        context.Scope = scope;
        BindCaller(macro.Definition, scope, named);
        BindParameters(context, macro.Definition, scope, arguments, named);
        BindSurplus(context, macro.Definition, scope, arguments, named);
        int mark = context.Output.Mark();
        context.Statements.Run(macro.Definition.Body);
        string text = context.Output.Cut(mark);
        context.Scope = outer;
        context.Budget.ExitCall();
        return StringValue.Of(text);
    }

    private static Dictionary<string, TemplateValue> Named(string macro, CallArguments arguments)
    {
        Dictionary<string, TemplateValue> named = new(arguments.Named.Length);
        foreach ((string name, TemplateValue value) in arguments.Named)
        {
            if (!named.TryAdd(name, value))
                throw new ChatTemplateException($"macro '{macro}' got the argument '{name}' twice");
        }
        return named;
    }

    private static void BindCaller(MacroDefinition macro, Scope scope, Dictionary<string, TemplateValue> named)
    {
        if (!macro.ReadsCaller || Array.Exists(macro.Parameters, static p => p.Name == RuntimeNames.Caller))
            return;
        scope.Set(
            RuntimeNames.Caller,
            named.Remove(RuntimeNames.Caller, out TemplateValue? caller) ? caller : UndefinedValue.Because("no caller defined"));
    }

    /// <summary>In order, so that a default may read the parameters before it.</summary>
    private static void BindParameters(
        RenderContext context, MacroDefinition macro, Scope scope, CallArguments arguments, Dictionary<string, TemplateValue> named)
    {
        for (int i = 0; i < macro.Parameters.Length; i++)
        {
            MacroParameter parameter = macro.Parameters[i];
            TemplateValue? value = arguments[i];
            if (value is null && named.Remove(parameter.Name, out TemplateValue? given))
                value = given;
            if (value is null && parameter.Default is not null)
                value = context.Evaluator.Evaluate(parameter.Default);
            scope.Set(parameter.Name, value ?? UndefinedValue.Because($"parameter '{parameter.Name}' was not provided"));
        }
    }

    private static void BindSurplus(
        RenderContext context, MacroDefinition macro, Scope scope, CallArguments arguments, Dictionary<string, TemplateValue> named)
    {
        int surplus = Math.Max(0, arguments.Positional.Length - macro.Parameters.Length);
        if (macro.ReadsVarargs)
            scope.Set(RuntimeNames.Varargs, new TupleValue([.. arguments.Positional[^surplus..]!]));
        else if (surplus > 0)
            throw new ChatTemplateException($"macro '{macro.Name}' takes not more than {macro.Parameters.Length} argument(s)");
        if (macro.ReadsKwargs)
            scope.Set(RuntimeNames.Kwargs, ToMap(context, named));
        else if (named.Count > 0)
            throw new ChatTemplateException($"macro '{macro.Name}' takes no keyword argument '{named.Keys.First()}'");
    }

    private static MapValue ToMap(RenderContext context, Dictionary<string, TemplateValue> named)
    {
        context.Budget.AllocateItems(named.Count);
        MapValue map = new(named.Count);
        foreach ((string name, TemplateValue value) in named)
            map.Set(StringValue.Of(name), value);
        return map;
    }
}
