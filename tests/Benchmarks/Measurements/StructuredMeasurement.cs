using System.Diagnostics;
using TokenFactory.Benchmarks.Structured;
using TokenFactory.Engine.Constraints;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// Structured output over a vocabulary of 151,669 tokens: what it takes to compile a 4 KB schema, to make the masks of the first document
/// generated under it, when nothing is remembered yet, and of later ones. Bounds are for the quietest rounds, since neighbours on a shared
/// machine slow the others.
/// </summary>
internal static class StructuredMeasurement
{
    private const int Rounds = 60;
    private const double MostMedian = 50;
    private const double MostTail = 500;
    private const double MostCompile = 50;

    public static Task<Measurement> RunAsync(string[] args)
    {
        StructuredLoad load = StructuredLoad.Create();
        for (int i = 0; i < 5; i++)
            load.Run(load.Compile(), null);
        double[] compile = new double[Rounds];
        double[][] first = new double[Rounds][];
        double[][] later = new double[Rounds][];
        int states = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            TokenConstraint constraint = load.Compile();
            compile[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            states = constraint.StateCount;
            first[round] = Masks(load, constraint);
            later[round] = Masks(load, constraint);
        }
        double[] quietFirst = Quietest(first);
        double[] quietLater = Quietest(later);
        bool isWithin = compile.Min() <= MostCompile && Quantiles.At(quietFirst, 0.5) <= MostMedian && Quantiles.At(quietFirst, 0.99) <= MostTail;
        return Task.FromResult(new Measurement(
            isWithin,
            [
                ("tokens in the vocabulary", load.Vocabulary.Size, "tokens"),
                ("tokens in the document", load.Document.Length, "tokens"),
                ("vocabulary and its tries, once a model", load.VocabularyTime.TotalMilliseconds, "ms"),
                ("compile a 4 KB schema, median", Quantiles.At(compile, 0.5), "ms"),
                ("compile a 4 KB schema, quietest", compile.Min(), "ms"),
                ("states of the automaton", states, "states"),
                ("mask, first document, p50, quietest rounds", Quantiles.At(quietFirst, 0.5), "us"),
                ("mask, first document, p99, quietest rounds", Quantiles.At(quietFirst, 0.99), "us"),
                ("mask, first document, slowest, quietest rounds", quietFirst.Max(), "us"),
                ("mask, first document, p50, all rounds", Quantiles.At([.. first.SelectMany(all => all)], 0.5), "us"),
                ("mask, first document, p99, all rounds", Quantiles.At([.. first.SelectMany(all => all)], 0.99), "us"),
                ("mask, later documents, p50, quietest rounds", Quantiles.At(quietLater, 0.5), "us"),
                ("mask, later documents, p99, quietest rounds", Quantiles.At(quietLater, 0.99), "us"),
                ("mask, later documents, p99, all rounds", Quantiles.At([.. later.SelectMany(all => all)], 0.99), "us"),
            ]));
    }

    /// <summary>Microseconds of each token's mask.</summary>
    private static double[] Masks(StructuredLoad load, TokenConstraint constraint)
    {
        double[] masks = new double[load.Document.Length];
        int token = 0;
        load.Run(constraint, mask => masks[token++] = mask);
        return masks;
    }

    /// <summary>Each token's least time over the rounds, which all do the same work: what neighbours on a shared machine add is left out.</summary>
    private static double[] Quietest(double[][] rounds) => [.. Enumerable.Range(0, rounds[0].Length).Select(token => rounds.Min(round => round[token]))];
}
