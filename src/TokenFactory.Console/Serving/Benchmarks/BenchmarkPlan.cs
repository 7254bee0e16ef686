using System.Globalization;
using TokenFactory.Web.Tenants;

namespace TokenFactory.Web.Serving.Benchmarks;

/// <summary>A short workload for a model that serves.</summary>
/// <param name="Requests">How many.</param>
/// <param name="Concurrency">So many at once.</param>
/// <param name="PromptTokens">Tokens of each prompt.</param>
/// <param name="OutputTokens">Tokens generated for each.</param>
public sealed record BenchmarkPlan(int Requests, int Concurrency, int PromptTokens, int OutputTokens);

/// <summary>The same as it is typed.</summary>
public sealed record BenchmarkDraft
{
    private const int MostRequests = 1000;
    private const int MostConcurrency = 256;

    public string Requests { get; init; } = "16";

    public string Concurrency { get; init; } = "4";

    public string PromptTokens { get; init; } = "128";

    public string OutputTokens { get; init; } = "64";

    /// <summary>What it means for a model with a context of so many tokens; what cannot be is noted at its field.</summary>
    public BenchmarkPlan Read(int context, FormProblems problems)
    {
        int output = Number("output", OutputTokens, context - 1, problems);
        return new BenchmarkPlan(
            Number("requests", Requests, MostRequests, problems),
            Number("concurrency", Concurrency, MostConcurrency, problems),
            Number("prompt", PromptTokens, context - output, problems),
            output);
    }

    private static int Number(string field, string text, int most, FormProblems problems)
    {
        if (int.TryParse(text.Trim(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out int value) && value >= 1 && value <= most)
        {
            return value;
        }
        problems.Add(field, string.Create(CultureInfo.InvariantCulture, $"A whole number from 1 to {most:N0}."));
        return 1;
    }
}
