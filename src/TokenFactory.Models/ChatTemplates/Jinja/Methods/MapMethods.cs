using System.Collections.Frozen;
using TokenFactory.Models.ChatTemplates.Jinja.Globals;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Methods;

/// <summary>Python's dict methods. As in Jinja2, <c>map.items</c> is the method even where the map has a key "items".</summary>
internal static class MapMethods
{
    private static readonly FrozenDictionary<string, NativeFunction> Methods = new NativeFunction[]
    {
        new("keys", [], static (_, self, _) => new MapViewValue((MapValue)self, MapViewKind.Keys)),
        new("values", [], static (_, self, _) => new MapViewValue((MapValue)self, MapViewKind.Values)),
        new("items", [], static (_, self, _) => new MapViewValue((MapValue)self, MapViewKind.Items)),
        new("get", ["key", "default"], static (context, self, arguments) =>
            Find(context, (MapValue)self, arguments.Required(0, "key")) ?? arguments[1] ?? NoneValue.Instance),
        new("pop", ["key", "default"], Pop),
        new("popitem", [], static (_, self, _) => PopItem((MapValue)self)),
        new("setdefault", ["key", "default"], SetDefault),
        new("update", Update),
        new("copy", [], Copy),
        new("clear", [], Clear),
        new("fromkeys", ["iterable", "value"], FromKeys),
    }.ToFrozenDictionary(static method => method.Name, StringComparer.Ordinal);

    public static NativeFunction? Find(string name) => Methods.GetValueOrDefault(name);

    private static TemplateValue? Find(RenderContext context, MapValue map, TemplateValue key)
    {
        if (!key.IsHashable)
            throw new ChatTemplateException($"unhashable type: '{key.TypeName}'");
        return Members.FindKey(context, map, key);
    }

    private static TemplateValue Pop(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        MapValue map = (MapValue)self;
        TemplateValue key = arguments.Required(0, "key");
        if (Find(context, map, key) is null)
            return arguments[1] ?? throw new ChatTemplateException($"the map has no key {Formatting.PythonRepr.Repr(context, key)}");
        context.Budget.Work(map.Count / 64);
        return map.Remove(key)!;
    }

    private static TupleValue PopItem(MapValue map)
    {
        if (map.Count == 0)
            throw new ChatTemplateException("popitem(): the map is empty");
        (TemplateValue key, TemplateValue value) = map.EntryAt(map.Count - 1);
        map.RemoveAt(map.Count - 1);
        return new TupleValue(key, value);
    }

    private static TemplateValue SetDefault(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        MapValue map = (MapValue)self;
        TemplateValue key = arguments.Required(0, "key");
        if (Find(context, map, key) is { } found)
            return found;
        TemplateValue value = arguments[1] ?? NoneValue.Instance;
        context.Budget.AllocateItems(1);
        map.Set(key, value);
        return value;
    }

    private static NoneValue Update(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        MapValue map = (MapValue)self;
        if (arguments.Positional.Length > 1)
            throw new ChatTemplateException("update() takes at most one positional argument");
        if (arguments[0] is { } entries)
            GlobalFunctions.AddEntries(context, map, entries);
        context.Budget.AllocateItems(arguments.Named.Length);
        foreach ((string name, TemplateValue value) in arguments.Named)
            map.Set(StringValue.Of(name), value);
        return NoneValue.Instance;
    }

    private static MapValue Copy(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        context.Budget.AllocateItems(((MapValue)self).Count);
        return new MapValue((MapValue)self);
    }

    private static NoneValue Clear(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        ((MapValue)self).Clear();
        return NoneValue.Instance;
    }

    private static MapValue FromKeys(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        List<TemplateValue> keys = context.Budget.ToList(arguments.Required(0, "iterable"));
        context.Budget.AllocateItems(keys.Count);
        MapValue map = new(keys.Count);
        foreach (TemplateValue key in keys)
            map.Set(key, arguments[1] ?? NoneValue.Instance);
        return map;
    }
}
