using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Tests;

/// <summary>Tests of what kind a value is.</summary>
internal static class TypeTests
{
    public static IEnumerable<NativeFunction> All =>
    [
        Of("defined", static value => value is not UndefinedValue),
        Of("undefined", static value => value is UndefinedValue),
        Of("none", static value => value is NoneValue),
        Of("boolean", static value => value is BooleanValue),
        Of("true", static value => value is BooleanValue { Value: true }),
        Of("false", static value => value is BooleanValue { Value: false }),
        Of("integer", static value => value is IntegerValue),
        Of("float", static value => value is FloatValue),
        Of("number", static value => value is IntegerValue or FloatValue or BooleanValue),
        Of("string", static value => value is StringValue),
        Of("mapping", static value => value is MapValue),
        Of("iterable", static value => value.Elements is not null),

        // A sequence has a length and answers to an index; a map does both.
        Of("sequence", static value => value is StringValue or ListValue or TupleValue or RangeValue or MapValue or UndefinedValue),
        Of("callable", static value => value is CallableValue or UndefinedValue),
        Of("escaped", static value => value is StringValue { IsSafe: true }),
    ];

    private static NativeFunction Of(string name, Func<TemplateValue, bool> test) =>
        new(name, [], (_, self, _) => BooleanValue.Of(test(self)));
}
