using System.Collections.Frozen;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Globals;

/// <summary>The functions that every template may call; a variable of the same name hides one.</summary>
internal static class GlobalFunctions
{
    private static readonly FrozenDictionary<string, FunctionValue> Functions = Create();

    public static TemplateValue? Find(string name) => Functions.GetValueOrDefault(name);

    private static FrozenDictionary<string, FunctionValue> Create()
    {
        NativeFunction[] all =
        [
            new("range", Range),
            new("namespace", Namespace),
            new("dict", static (context, _, arguments) => ToMap(context, arguments, "dict", new MapValue())),
            new("cycler", Cycler),
            new("joiner", ["sep"], static (_, _, arguments) => new JoinerValue(arguments[0] ?? StringValue.Of(", "))),
            new("raise_exception", ["message"], static (context, _, arguments) =>
                throw new ChatTemplateRaisedException(PythonRepr.Str(context, arguments.Required(0, "message")))),
            new("strftime_now", ["format"], static (context, _, arguments) =>
                StringValue.Of(StrfTime.Format(context, context.Clock.GetLocalNow().DateTime, arguments.RequiredText(0, "format")))),
        ];
        return all.ToFrozenDictionary(static f => f.Name, static f => new FunctionValue(f, NoneValue.Instance), StringComparer.Ordinal);
    }

    private static RangeValue Range(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        if (arguments.Positional.Length is < 1 or > 3 || arguments.Named.Length > 0)
            throw new ChatTemplateException("range() takes 1 to 3 integers");
        foreach (TemplateValue? argument in arguments.Positional)
            Arithmetic.Refuse(argument!);
        long first = arguments.Integer(0, "stop", 0);
        long step = arguments.Integer(2, "step", 1);
        if (step == 0)
            throw new ChatTemplateException("range() needs a step other than zero");
        return arguments.Positional.Length == 1 ? new RangeValue(0, first, 1) : new RangeValue(first, arguments.Integer(1, "stop", 0), step);
    }

    private static NamespaceValue Namespace(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        NamespaceValue space = new();
        ToMap(context, arguments, "namespace", space.Attributes);
        return space;
    }

    private static MapValue ToMap(RenderContext context, CallArguments arguments, string function, MapValue map)
    {
        if (arguments.Positional.Length > 1)
            throw new ChatTemplateException($"{function}() takes at most one positional argument");
        if (arguments[0] is { } entries)
            AddEntries(context, map, entries);
        context.Budget.AllocateItems(arguments.Named.Length);
        foreach ((string name, TemplateValue value) in arguments.Named)
            map.Set(StringValue.Of(name), value);
        return map;
    }

    /// <summary>Adds a map's entries, or those of a sequence of pairs.</summary>
    public static void AddEntries(RenderContext context, MapValue map, TemplateValue entries)
    {
        // A copy, since a map may be added to itself.
        context.Budget.AllocateItems(entries.Length ?? 0);
        TemplateValue pairs = entries is MapValue source ? new MapViewValue(new MapValue(source), MapViewKind.Items) : entries;
        foreach (TemplateValue pair in context.Budget.Iterate(pairs))
        {
            if (context.Budget.ToList(pair) is not [var key, var value])
                throw new ChatTemplateException("a map is made of pairs of a key and a value");
            map.Set(key, value);
        }
    }

    private static CyclerValue Cycler(RenderContext context, TemplateValue self, CallArguments arguments) =>
        arguments.Positional.Length > 0
            ? new CyclerValue(arguments.Positional!)
            : throw new ChatTemplateException("cycler() needs at least one item");
}
