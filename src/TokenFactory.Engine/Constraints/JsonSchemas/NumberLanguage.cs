using System.Globalization;
using TokenFactory.Engine.Constraints.Grammars;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// The numerals of a range. Digits are bounded so that a number ends and fits common types: 18 before the point (a 64-bit integer) and 17
/// after it, or as many as a bound has. Exponents come only where there are no bounds, with one digit before the point and at most 307, so
/// that a 64-bit float holds the number.
/// </summary>
internal static class NumberLanguage
{
    private const int IntegerDigits = 18;
    private const int FractionDigits = 17;
    private const string AnyFraction = @"(?:\.[0-9]+)?";

    /// <summary>Adds paths for every numeral of the range.</summary>
    public static void Add(NumberRange range, RuleGraph graph, CodePointEncoder encoder, CompileBudget budget)
    {
        if (range.IsEmpty)
            return;
        range = range.Tighten();
        if (range.IsUnbounded && !range.IsInteger)
        {
            encoder.AddLanguage(CodePointDfa.FromRegex(Unbounded, isSearch: false, budget.Path, budget), RuleGraph.Start, RuleGraph.Accept);
            return;
        }
        NumberBound zero = new(default, false);
        if (range.Most is not { } most || most.Value.CompareTo(default) is int sign && (sign > 0 || (sign == 0 && !most.IsExclusive)))
            encoder.AddLanguage(Magnitudes(range.AtLeast(zero), budget), RuleGraph.Start, RuleGraph.Accept);

        // Minus zero is left to zero.
        NumberRange mirrored = new NumberRange(Mirror(range.Most), Mirror(range.Least), range.IsInteger).AtLeast(zero with { IsExclusive = true });
        if (!mirrored.IsEmpty)
            encoder.AddLanguage(Magnitudes(mirrored.Tighten(), budget), graph.AddLiteral(RuleGraph.Start, "-"u8), RuleGraph.Accept);
    }

    private static string Unbounded { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $@"-?(?:(?:0|[1-9][0-9]{{0,{IntegerDigits - 1}}})(?:\.[0-9]{{1,{FractionDigits}}})?|[0-9](?:\.[0-9]{{1,{FractionDigits}}})?[eE][+\-]?(?:[0-9]|[1-9][0-9]|[12][0-9][0-9]|30[0-7]))");

    private static NumberBound? Mirror(NumberBound? bound) => bound is { } known ? known with { Value = known.Value.Negate() } : null;

    /// <summary>Numerals without sign of a range whose lower end is not negative.</summary>
    private static CodePointDfa Magnitudes(NumberRange range, CompileBudget budget)
    {
        NumberBound least = range.Least ?? new NumberBound(default, false);
        int integerDigits = Math.Max(Math.Max(IntegerDigits, least.Value.IntegerPart.Length), range.Most?.Value.IntegerPart.Length ?? 0);
        int fractionDigits = Math.Max(Math.Max(FractionDigits, least.Value.Fraction.Length), range.Most?.Value.Fraction.Length ?? 0);
        string fraction = range.IsInteger ? "" : Invariant($@"(?:\.[0-9]{{1,{fractionDigits}}})?");
        CodePointDfa language = Parse(Invariant($"(?:0|[1-9][0-9]{{0,{integerDigits - 1}}}){fraction}"), budget);
        language = language.Intersect(Parse(NotBelow(least), budget), budget);
        return range.Most is { } most ? language.Intersect(Parse(NotAbove(most), budget), budget) : language;
    }

    /// <summary>Numerals with more digits, or as many of which the first that differs is greater.</summary>
    private static string NotBelow(NumberBound bound)
    {
        string whole = bound.Value.IntegerPart;
        string fraction = bound.Value.Fraction;
        List<string> cases = [Invariant($"[1-9][0-9]{{{whole.Length},}}{AnyFraction}")];
        for (int i = 0; i < whole.Length; i++)
        {
            if (whole[i] < '9')
                cases.Add(Invariant($"{whole[..i]}[{(char)(whole[i] + 1)}-9][0-9]{{{whole.Length - 1 - i}}}{AnyFraction}"));
        }
        string rest = bound.IsExclusive ? "[0-9]*[1-9][0-9]*" : "[0-9]*";
        if (fraction.Length == 0)
            cases.Add(bound.IsExclusive ? $@"{whole}\.{rest}" : whole + AnyFraction);
        else
            cases.Add($@"{whole}\.{fraction}{rest}");
        for (int i = 0; i < fraction.Length; i++)
        {
            if (fraction[i] < '9')
                cases.Add(Invariant($@"{whole}\.{fraction[..i]}[{(char)(fraction[i] + 1)}-9][0-9]*"));
        }
        return string.Join('|', cases);
    }

    /// <summary>Numerals with fewer digits, or as many of which the first that differs is less.</summary>
    private static string NotAbove(NumberBound bound)
    {
        string whole = bound.Value.IntegerPart;
        string fraction = bound.Value.Fraction;
        List<string> cases = [];
        if (whole.Length > 1)
            cases.Add(Invariant($"(?:0|[1-9][0-9]{{0,{whole.Length - 2}}}){AnyFraction}"));
        for (int i = 0; i < whole.Length; i++)
        {
            char least = i == 0 && whole.Length > 1 ? '1' : '0';
            if (whole[i] > least)
                cases.Add(Invariant($"{whole[..i]}[{least}-{(char)(whole[i] - 1)}][0-9]{{{whole.Length - 1 - i}}}{AnyFraction}"));
        }
        if (!bound.IsExclusive)
            cases.Add(fraction.Length == 0 ? $@"{whole}(?:\.0+)?" : $@"{whole}\.{fraction}0*");
        if (fraction.Length > 0)
            cases.Add(whole);
        for (int i = 0; i < fraction.Length; i++)
        {
            if (i > 0)
                cases.Add($@"{whole}\.{fraction[..i]}");
            if (fraction[i] > '0')
                cases.Add(Invariant($@"{whole}\.{fraction[..i]}[0-{(char)(fraction[i] - 1)}][0-9]*"));
        }
        return cases.Count == 0 ? "[]" : string.Join('|', cases);
    }

    private static CodePointDfa Parse(string expression, CompileBudget budget) => CodePointDfa.FromRegex(expression, isSearch: false, budget.Path, budget);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
