using System.Diagnostics;
using TokenFactory.Benchmarks.Structured;
using TokenFactory.Engine.Constraints;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// Structured output over a vocabulary of 151,669 tokens: what it takes to compile a 4 KB schema, to make the masks of the first document
/// generated under it, when nothing is remembered yet, and of later ones.
/// </summary>
internal static class StructuredMeasurement
{
    private const int Rounds = 30;
    private const double MostMedian = 50;
    private const double MostTail = 500;
    private const double MostCompile = 50;

    public static Task<Measurement> RunAsync(string[] args)
    {
        StructuredLoad load = StructuredLoad.Create();
        for (int i = 0; i < 5; i++)
            load.Run(load.Compile(), null);
        List<double> compile = [];
        List<double> first = [];
        List<double> later = [];
        List<double> accept = [];
        int states = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            TokenConstraint constraint = load.Compile();
            compile.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            states = constraint.StateCount;
            load.Run(constraint, (mask, _) => first.Add(mask));
            load.Run(constraint, (mask, step) =>
            {
                later.Add(mask);
                accept.Add(step);
            });
        }
        bool isWithin = At(compile, 0.5) <= MostCompile && At(first, 0.5) <= MostMedian && At(first, 0.99) <= MostTail && At(later, 0.99) <= MostMedian;
        return Task.FromResult(new Measurement(
            isWithin,
            [
                ("tokens in the vocabulary", load.Vocabulary.Size, "tokens"),
                ("tokens in the document", load.Document.Length, "tokens"),
                ("vocabulary and its trie, once a model", load.VocabularyTime.TotalMilliseconds, "ms"),
                ("compile a 4 KB schema, median", At(compile, 0.5), "ms"),
                ("compile a 4 KB schema, slowest", compile.Max(), "ms"),
                ("states of the automaton", states, "states"),
                ("mask, first document, p50", At(first, 0.5), "us"),
                ("mask, first document, p99", At(first, 0.99), "us"),
                ("mask, first document, slowest", first.Max(), "us"),
                ("mask, later documents, p50", At(later, 0.5), "us"),
                ("mask, later documents, p99", At(later, 0.99), "us"),
                ("accept a token, p50", At(accept, 0.5), "us"),
            ]));
    }

    private static double At(List<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(sorted.Length * part)];
    }
}
