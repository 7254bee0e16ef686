using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Filters;

/// <summary>Filters that give numbers: int, float, round, abs, sum; and <c>default</c>.</summary>
internal static class NumberFilters
{
    public static IEnumerable<NativeFunction> All =>
    [
        new("int", ["default", "base"], ToInteger),
        new("float", ["default"], ToFloat),
        new("round", ["precision", "method"], Round),
        new("abs", [], Absolute),
        new("default", ["default_value", "boolean"], Default),
    ];

    private static TemplateValue Default(RenderContext context, TemplateValue self, CallArguments arguments) =>
        self is UndefinedValue || (arguments.Boolean(1, false) && !self.IsTrue) ? arguments[0] ?? StringValue.Empty : self;

    private static TemplateValue ToInteger(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        Arithmetic.Refuse(self);
        TemplateValue fallback = arguments[0] ?? IntegerValue.Of(0);
        switch (self)
        {
            case StringValue text:
                context.Budget.Work(Math.Min(text.Text.Length, 4300));
                if (Numbers.TryParseInteger(text.Text, arguments.Integer(1, "base", 10), out BigInteger parsed))
                    return IntegerValue.Of(parsed);
                return Numbers.TryParseFloat(text.Text, out double number) && double.IsFinite(number) ? Numbers.Truncate(number) : fallback;
            case FloatValue real:
                return double.IsFinite(real.Value) ? Numbers.Truncate(real.Value) : fallback;
            default:
                return Numbers.TryInteger(self, out BigInteger integer) ? IntegerValue.Of(integer) : fallback;
        }
    }

    private static TemplateValue ToFloat(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        Arithmetic.Refuse(self);
        if (self is StringValue text)
            context.Budget.ReadText(text.Text.Length);
        bool isNumber = self is StringValue digits ? Numbers.TryParseFloat(digits.Text, out double number) : Numbers.TryFloat(self, out number);
        return isNumber ? new FloatValue(number) : arguments[0] ?? new FloatValue(0);
    }

    private static TemplateValue Round(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        Arithmetic.Refuse(self);
        string method = arguments.Text(1, "method") ?? "common";
        int precision = (int)Math.Clamp(arguments.Integer(0, "precision", 0), -400, 400);
        if (!Numbers.TryFloat(self, out double number))
            throw new ChatTemplateException($"round needs a number, not {self.TypeName}");
        if (method == "common")
            return self is FloatValue ? new FloatValue(RoundDecimal(number, precision)) : RoundInteger(self, precision);
        double scale = Math.Pow(10, precision);
        return method switch
        {
            "ceil" => new FloatValue(Math.Ceiling(number * scale) / scale),
            "floor" => new FloatValue(Math.Floor(number * scale) / scale),
            _ => throw new ChatTemplateException("round's method must be common, ceil or floor"),
        };
    }

    /// <summary>Rounds the number's exact decimal value, ties to even, as Python's <c>round</c> does: 2.675 is below its tie.</summary>
    private static double RoundDecimal(double number, int precision)
    {
        if (!double.IsFinite(number) || precision > 323)
            return number;
        if (precision <= 0)
        {
            double unit = Math.Pow(10, -precision);
            return double.IsInfinity(unit) ? Math.CopySign(0, number) : Math.Round(number / unit, MidpointRounding.ToEven) * unit;
        }
        // "F" prints the exact binary value, correctly rounded.
        string text = number.ToString("F" + precision, System.Globalization.CultureInfo.InvariantCulture);
        return double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static IntegerValue RoundInteger(TemplateValue self, int precision)
    {
        _ = Numbers.TryInteger(self, out BigInteger value);
        if (precision >= 0)
            return IntegerValue.Of(value);
        BigInteger unit = BigInteger.Pow(10, -precision);
        BigInteger half = unit / 2;
        BigInteger lower = value - (((value % unit) + unit) % unit);
        BigInteger rest = value - lower;
        bool goesUp = rest > half || (rest == half && !(lower / unit).IsEven);
        return IntegerValue.Of(goesUp ? lower + unit : lower);
    }

    private static TemplateValue Absolute(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        Arithmetic.Refuse(self);
        if (self is FloatValue real)
            return new FloatValue(Math.Abs(real.Value));
        return Numbers.TryInteger(self, out BigInteger integer)
            ? IntegerValue.Of(BigInteger.Abs(integer))
            : throw new ChatTemplateException($"abs needs a number, not {self.TypeName}");
    }
}
