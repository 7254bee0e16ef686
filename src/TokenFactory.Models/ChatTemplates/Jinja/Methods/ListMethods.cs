using System.Collections.Frozen;
using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Methods;

/// <summary>Python's list methods; tuples have those that only read.</summary>
internal static class ListMethods
{
    private static readonly NativeFunction[] Reading =
    [
        new("count", ["value"], Count),
        new("index", ["value", "start", "stop"], Index),
    ];

    private static readonly FrozenDictionary<string, NativeFunction> TupleMethods =
        Reading.ToFrozenDictionary(static method => method.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, NativeFunction> Methods = ((NativeFunction[])
        [.. Reading, .. Changing]).ToFrozenDictionary(static method => method.Name, StringComparer.Ordinal);

    private static IEnumerable<NativeFunction> Changing =>
    [
        new("append", ["object"], static (context, self, arguments) => Insert(context, self, int.MaxValue, arguments.Required(0, "object"))),
        new("insert", ["index", "object"], static (context, self, arguments) =>
            Insert(context, self, Numbers.ToInt64(arguments.Required(0, "index"), "index"), arguments.Required(1, "object"))),
        new("extend", ["iterable"], Extend),
        new("pop", ["index"], Pop),
        new("remove", ["value"], Remove),
        new("clear", [], static (_, self, _) => Clear((ListValue)self)),
        new("copy", [], static (context, self, _) => new ListValue(context.Budget.ToList(self))),
        new("reverse", [], Reverse),
        new("sort", ["key", "reverse"], Sort),
    ];

    public static NativeFunction? Find(string name) => Methods.GetValueOrDefault(name);

    public static NativeFunction? FindForTuple(string name) => TupleMethods.GetValueOrDefault(name);

    private static TemplateValue Count(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        TemplateValue value = arguments.Required(0, "value");
        long count = 0;
        foreach (TemplateValue item in context.Budget.Iterate(self))
            count += Equality.AreEqual(context, item, value) ? 1 : 0;
        return count;
    }

    private static TemplateValue Index(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        TemplateValue slice = Slicing.Slice(context, self, arguments[1], arguments[2], null);
        int index = IndexOf(context, slice, arguments.Required(0, "value"));
        if (index < 0)
            throw new ChatTemplateException("the value is not in the list");
        long start = Math.Clamp(arguments.Integer(1, "start", 0), -self.Length!.Value, self.Length.Value);
        return index + (start < 0 ? start + self.Length.Value : start);
    }

    private static int IndexOf(RenderContext context, TemplateValue list, TemplateValue value)
    {
        int index = 0;
        foreach (TemplateValue item in context.Budget.Iterate(list))
        {
            if (Equality.AreEqual(context, item, value))
                return index;
            index++;
        }
        return -1;
    }

    private static NoneValue Insert(RenderContext context, TemplateValue self, long index, TemplateValue item)
    {
        List<TemplateValue> items = ((ListValue)self).Items;
        context.Budget.AllocateItems(1);
        long position = Math.Clamp(index < 0 ? index + items.Count : index, 0, items.Count);
        context.Budget.Work((items.Count - position) / 64);
        items.Insert((int)position, item);
        return NoneValue.Instance;
    }

    private static NoneValue Extend(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        ((ListValue)self).Items.AddRange(context.Budget.ToList(arguments.Required(0, "iterable")));
        return NoneValue.Instance;
    }

    private static TemplateValue Pop(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        List<TemplateValue> items = ((ListValue)self).Items;
        BigInteger index = arguments.Integer(0, "index", -1);
        index = index.Sign < 0 ? index + items.Count : index;
        if (index.Sign < 0 || index >= items.Count)
            throw new ChatTemplateException(items.Count == 0 ? "pop from empty list" : "pop index out of range");
        TemplateValue item = items[(int)index];
        context.Budget.Work((items.Count - (int)index) / 64);
        items.RemoveAt((int)index);
        return item;
    }

    private static NoneValue Remove(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        int index = IndexOf(context, self, arguments.Required(0, "value"));
        if (index < 0)
            throw new ChatTemplateException("the value is not in the list");
        ((ListValue)self).Items.RemoveAt(index);
        return NoneValue.Instance;
    }

    private static NoneValue Clear(ListValue list)
    {
        list.Items.Clear();
        return NoneValue.Instance;
    }

    private static NoneValue Reverse(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        List<TemplateValue> items = ((ListValue)self).Items;
        context.Budget.Work(items.Count / 8);
        items.Reverse();
        return NoneValue.Instance;
    }

    private static NoneValue Sort(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        ListValue list = (ListValue)self;
        if (arguments[0] is not (null or NoneValue))
            throw new ChatTemplateException("sort() with a key function is not supported; use the sort filter with attribute=");
        List<TemplateValue> sorted = Ordering.Sort(context, list.Items, static item => item, arguments.Boolean(1, false));
        list.Items.Clear();
        list.Items.AddRange(sorted);
        return NoneValue.Instance;
    }
}
