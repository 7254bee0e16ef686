using System.Globalization;
using TokenFactory.Web.Playground.Answers;

namespace TokenFactory.Web.Playground.Comparing;

/// <summary>One figure of two answers.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Left">The left's, in words.</param>
/// <param name="Right">The right's, in words.</param>
/// <param name="Difference">The right against the left, in words; a dash where one is not known.</param>
public sealed record ComparedFigure(string Name, string Left, string Right, string Difference);

/// <summary>How two answers differ, the right against the left.</summary>
public static class AnswerComparison
{
    private const string Unknown = "–";

    /// <summary>The figures, in the order of the page.</summary>
    public static IReadOnlyList<ComparedFigure> Compare(AnswerFigures left, AnswerFigures right) =>
    [
        new("tokens/s", Rate(left.TokensPerSecond), Rate(right.TokensPerSecond), Share(left.TokensPerSecond, right.TokensPerSecond)),
        new("first token", Time(left.FirstToken), Time(right.FirstToken), Share(left.FirstToken?.TotalMilliseconds, right.FirstToken?.TotalMilliseconds)),
        new("generated", Count(left.GeneratedTokens), Count(right.GeneratedTokens), Signed(right.GeneratedTokens - left.GeneratedTokens)),
        new("prompt", Count(left.PromptTokens), Count(right.PromptTokens), Signed(right.PromptTokens - left.PromptTokens)),
    ];

    /// <summary>Whether two texts are one, or where they part.</summary>
    public static string DescribeTexts(string left, string right, bool areWhole)
    {
        int same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length && same == right.Length)
        {
            return areWhole ? "The answers are the same." : "The answers are the same so far.";
        }
        if (!areWhole && (same == left.Length || same == right.Length))
        {
            return "The answers are the same so far.";
        }
        return same == 0
            ? "The answers differ from the first character on."
            : string.Create(CultureInfo.InvariantCulture, $"The answers part after {same:N0} {(same == 1 ? "character" : "characters")}.");
    }

    private static string Rate(double? rate) => rate?.ToString(rate < 100 ? "F1" : "F0", CultureInfo.InvariantCulture) ?? Unknown;

    private static string Time(TimeSpan? time) => time is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalMilliseconds:N0} ms") : Unknown;

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Signed(int difference) => difference == 0 ? "equal" : difference.ToString("+#,0;−#,0", CultureInfo.InvariantCulture);

    private static string Share(double? left, double? right)
    {
        if (left is not > 0 || right is not { } value)
        {
            return Unknown;
        }
        double percent = Math.Round(((value / left.Value) - 1) * 100);
        return percent == 0 ? "equal" : percent.ToString("+#,0;−#,0", CultureInfo.InvariantCulture) + " %";
    }
}
