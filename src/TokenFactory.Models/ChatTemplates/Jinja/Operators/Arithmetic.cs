using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Filters;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Operators;

/// <summary>The binary operators and the signs, with Python's types and rounding.</summary>
internal static class Arithmetic
{
    public static TemplateValue Apply(RenderContext context, TokenKind operation, TemplateValue left, TemplateValue right)
    {
        Refuse(left);
        Refuse(right);
        TemplateValue? result = null;
        if (operation == TokenKind.Add)
            result = Join(context.Budget, left, right);
        else if (operation == TokenKind.Multiply)
            result = Repeat(context.Budget, left, right) ?? Repeat(context.Budget, right, left);
        else if (operation == TokenKind.Modulo && left is StringValue format)
            result = PercentFormat.Format(context, format, right);
        return result ?? Calculate(context.Budget, operation, left, right)
            ?? throw new ChatTemplateException($"'{Symbol(operation)}' does not take {left.TypeName} and {right.TypeName}");
    }

    public static TemplateValue Sign(TemplateValue value, bool isNegative)
    {
        Refuse(value);
        if (Numbers.TryInteger(value, out BigInteger integer))
            return IntegerValue.Of(isNegative ? -integer : integer);
        if (value is FloatValue real)
            return isNegative ? new FloatValue(-real.Value) : real;
        throw new ChatTemplateException($"a sign does not fit {value.TypeName}");
    }

    /// <summary>Any use of an undefined value in a calculation is an error that says what is undefined.</summary>
    public static void Refuse(TemplateValue value)
    {
        if (value is UndefinedValue undefined)
            throw new ChatTemplateException(undefined.Message);
    }

    private static string Symbol(TokenKind operation) => operation switch
    {
        TokenKind.Add => "+",
        TokenKind.Subtract => "-",
        TokenKind.Multiply => "*",
        TokenKind.Divide => "/",
        TokenKind.FloorDivide => "//",
        TokenKind.Modulo => "%",
        _ => "**",
    };

    private static TemplateValue? Join(RenderBudget budget, TemplateValue left, TemplateValue right)
    {
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                return JoinTexts(budget, a, b);
            case (ListValue a, ListValue b):
                budget.AllocateItems(a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items]);
            case (TupleValue a, TupleValue b):
                budget.AllocateItems(a.Items.Length + b.Items.Length);
                return new TupleValue([.. a.Items, .. b.Items]);
            default:
                return null;
        }
    }

    /// <summary>Where one side is safe text, the other is escaped, as Markup does it.</summary>
    private static StringValue JoinTexts(RenderBudget budget, StringValue left, StringValue right)
    {
        bool isSafe = left.IsSafe || right.IsSafe;
        string a = isSafe ? Escaping.Escape(budget, left) : left.Text;
        string b = isSafe ? Escaping.Escape(budget, right) : right.Text;
        budget.AllocateText((long)a.Length + b.Length);
        return isSafe ? new StringValue(a + b, true) : StringValue.Of(a + b);
    }

    private static TemplateValue? Repeat(RenderBudget budget, TemplateValue sequence, TemplateValue times)
    {
        if (sequence is not (StringValue or ListValue or TupleValue) || !Numbers.TryInteger(times, out BigInteger number))
            return null;
        long count = Math.Max(0, Numbers.Saturate(number));
        long length = sequence switch
        {
            StringValue text => text.Text.Length,
            ListValue list => list.Items.Count,
            _ => ((TupleValue)sequence).Items.Length,
        };
        long total = (long)Int128.Min((Int128)length * count, long.MaxValue / 4);
        if (sequence is StringValue word)
        {
            budget.AllocateText(total);
            return word.Like(total == 0 ? "" : string.Concat(Enumerable.Repeat(word.Text, (int)count)));
        }
        budget.AllocateItems(total);
        IEnumerable<TemplateValue> items = total == 0 ? [] : Enumerable.Repeat(sequence.Elements!, (int)count).SelectMany(static part => part);
        return sequence is ListValue ? new ListValue([.. items]) : new TupleValue([.. items]);
    }

    private static TemplateValue? Calculate(RenderBudget budget, TokenKind operation, TemplateValue left, TemplateValue right)
    {
        if (Numbers.TryInteger(left, out BigInteger a) && Numbers.TryInteger(right, out BigInteger b))
            return operation == TokenKind.Power ? IntegerPower(budget, a, b) : OnIntegers(budget, operation, a, b);
        if (Numbers.TryFloat(left, out double x) && Numbers.TryFloat(right, out double y))
            return new FloatValue(OnFloats(operation, left is FloatValue ? x : Finite(x), right is FloatValue ? y : Finite(y)));
        return null;
    }

    private static TemplateValue OnIntegers(RenderBudget budget, TokenKind operation, BigInteger a, BigInteger b)
    {
        budget.Work((a.GetByteCount() + b.GetByteCount()) / 64);
        if (operation is TokenKind.Divide or TokenKind.FloorDivide or TokenKind.Modulo && b.IsZero)
            throw new ChatTemplateException("division by zero");
        return operation switch
        {
            TokenKind.Add => IntegerValue.Of(a + b),
            TokenKind.Subtract => IntegerValue.Of(a - b),
            TokenKind.Multiply => IntegerValue.Of(a * b),
            TokenKind.Divide => new FloatValue(TrueDivide(a, b)),
            TokenKind.FloorDivide => IntegerValue.Of(FloorDivide(a, b)),
            _ => IntegerValue.Of(a - (FloorDivide(a, b) * b)),
        };
    }

    /// <summary>The quotient rounded once, also where an operand is beyond the floats.</summary>
    private static double TrueDivide(BigInteger a, BigInteger b)
    {
        const int ExactBits = 53;
        if (a.GetBitLength() <= ExactBits && b.GetBitLength() <= ExactBits)
            return (double)a / (double)b;

        // 66 bits of quotient and one that says whether something is left keep the rounding to 53 exact.
        int shift = 66 - (int)(a.GetBitLength() - b.GetBitLength());
        BigInteger quotient = BigInteger.DivRem(
            shift > 0 ? a << shift : a, shift < 0 ? b << -shift : b, out BigInteger remainder);
        BigInteger sticky = remainder.IsZero ? BigInteger.Abs(quotient) : BigInteger.Abs(quotient) | 1;
        double result = Math.ScaleB((double)sticky, -shift);
        return Finite(a.Sign * b.Sign < 0 ? -result : result);
    }

    private static double Finite(double value) =>
        double.IsFinite(value) ? value : throw new ChatTemplateException("an integer is too large for a float");

    /// <summary>Rounds to minus infinity, so that the remainder has the divisor's sign.</summary>
    private static BigInteger FloorDivide(BigInteger a, BigInteger b)
    {
        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger remainder);
        return !remainder.IsZero && remainder.Sign != b.Sign ? quotient - 1 : quotient;
    }

    private static TemplateValue IntegerPower(RenderBudget budget, BigInteger value, BigInteger exponent)
    {
        if (exponent.Sign < 0)
            return new FloatValue(OnFloats(TokenKind.Power, Finite((double)value), (double)exponent));
        if (BigInteger.Abs(value) <= 1)
            return IntegerValue.Of(exponent.IsEven && !exponent.IsZero ? BigInteger.Abs(value) : exponent.IsZero ? 1 : value);
        if (exponent * (value.GetBitLength() - 1) > IntegerValue.MaxBits)
            throw new ChatTemplateException($"an integer of more than {IntegerValue.MaxBits} bits is not supported");
        budget.Work((long)exponent);
        return IntegerValue.Of(BigInteger.Pow(value, (int)exponent));
    }

    private static double OnFloats(TokenKind operation, double x, double y)
    {
        bool divides = operation is TokenKind.Divide or TokenKind.FloorDivide or TokenKind.Modulo;
        if ((divides && y == 0) || (operation == TokenKind.Power && x == 0 && y < 0))
            throw new ChatTemplateException("division by zero");
        return operation switch
        {
            TokenKind.Add => x + y,
            TokenKind.Subtract => x - y,
            TokenKind.Multiply => x * y,
            TokenKind.Divide => x / y,
            TokenKind.FloorDivide => Math.Round((x - Modulo(x, y)) / y),
            TokenKind.Modulo => Modulo(x, y),
            _ => Power(x, y),
        };
    }

    private static double Power(double x, double y)
    {
        double result = Math.Pow(x, y);
        if (x < 0 && double.IsNaN(result) && !double.IsNaN(y))
            throw new ChatTemplateException("a negative number to a fractional power is a complex number, which is not supported");
        if (double.IsInfinity(result) && double.IsFinite(x) && double.IsFinite(y))
            throw new ChatTemplateException("the power is too large for a float");
        return result;
    }

    private static double Modulo(double x, double y)
    {
        double remainder = x % y;
        if (remainder == 0)
            return Math.CopySign(0, y);
        return remainder < 0 != y < 0 ? remainder + y : remainder;
    }
}
