using TokenFactory.Models.ChatTemplates.Jinja.Filters;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Methods;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Tests;

/// <summary>Tests of what a value is worth, mostly against another.</summary>
internal static class ValueTests
{
    public static IEnumerable<NativeFunction> All =>
    [
        Comparing("eq", static (context, a, b) => Equality.AreEqual(context, a, b)),
        Comparing("ne", static (context, a, b) => !Equality.AreEqual(context, a, b)),
        Comparing("gt", static (context, a, b) => Ordering.Compare(context, a, b) > 0),
        Comparing("ge", static (context, a, b) => Ordering.Compare(context, a, b) >= 0),
        Comparing("lt", static (context, a, b) => Ordering.Compare(context, a, b) < 0),
        Comparing("le", static (context, a, b) => Ordering.Compare(context, a, b) <= 0),
        Comparing("in", static (context, a, b) => Membership.Contains(context, b, a)),
        Comparing("sameas", static (_, a, b) => AreSame(a, b)),
        Comparing("divisibleby", static (context, a, b) => !Arithmetic.Apply(context, TokenKind.Modulo, a, b).IsTrue),
        new("odd", [], static (context, self, _) => BooleanValue.Of(Remainder(context, self) == 1)),
        new("even", [], static (context, self, _) => BooleanValue.Of(Remainder(context, self) == 0)),
        new("lower", [], static (context, self, _) => BooleanValue.Of(StringClasses.IsLower(PythonRepr.Str(context, self)))),
        new("upper", [], static (context, self, _) => BooleanValue.Of(StringClasses.IsUpper(PythonRepr.Str(context, self)))),
        new("filter", [], static (_, self, _) => BooleanValue.Of(self is StringValue name && FilterTable.Find(name.Text) is not null)),
        new("test", [], static (_, self, _) => BooleanValue.Of(self is StringValue name && TestTable.Find(name.Text) is not null)),
    ];

    private static NativeFunction Comparing(string name, Func<RenderContext, TemplateValue, TemplateValue, bool> test) =>
        new(name, ["other"], (context, self, arguments) => BooleanValue.Of(test(context, self, arguments.Required(0, "other"))));

    private static double Remainder(RenderContext context, TemplateValue value)
    {
        TemplateValue remainder = Arithmetic.Apply(context, TokenKind.Modulo, value, IntegerValue.Of(2));
        return Numbers.TryFloat(remainder, out double number) ? number : -1;
    }

    // Python shares equal small integers and literals; a template cannot rely on more than that.
    private static bool AreSame(TemplateValue a, TemplateValue b) => ReferenceEquals(a, b)
        || (a.GetType() == b.GetType() && a is IntegerValue or StringValue && Equality.AreEqualKeys(a, b));
}
