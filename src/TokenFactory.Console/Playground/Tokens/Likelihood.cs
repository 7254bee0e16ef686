using System.Globalization;

namespace TokenFactory.Web.Playground.Tokens;

/// <summary>Log probabilities in words and in the five steps that the token view draws.</summary>
public static class Likelihood
{
    /// <summary>The least probability of each step but the last, most likely first.</summary>
    private static readonly double[] Steps = [0.9, 0.6, 0.3, 0.1];

    /// <summary>What each step means, in their order.</summary>
    public static IReadOnlyList<string> StepNames { get; } = ["90 % or more", "60 to 90 %", "30 to 60 %", "10 to 30 %", "below 10 %"];

    /// <summary>The step of a probability: 0 for the likeliest tokens, 4 for those below 10 %.</summary>
    public static int StepOf(float logprob)
    {
        double probability = Of(logprob);
        int step = Array.FindIndex(Steps, least => probability >= least);
        return step < 0 ? Steps.Length : step;
    }

    /// <summary>The probability, 0 to 1.</summary>
    public static double Of(float logprob) => float.IsNaN(logprob) ? 0 : Math.Min(1, Math.Exp(logprob));

    /// <summary>The probability in percent.</summary>
    public static string Percent(float logprob)
    {
        double percent = Of(logprob) * 100;
        return percent switch
        {
            0 => "0 %",
            < 0.01 => "below 0.01 %",
            _ => percent.ToString(percent < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " %",
        };
    }

    /// <summary>The log probability itself.</summary>
    public static string Log(float logprob) =>
        float.IsFinite(logprob) ? logprob.ToString("0.0000;−0.0000;0.0000", CultureInfo.InvariantCulture) : "−∞";
}
