using TokenFactory.Engine.Onnx;
using TokenFactory.Models;
using TokenFactory.Models.Tokenization;
using TokenFactory.Tests.Shared.Onnx;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>Perplexity of a trained model in int8 and int4 against float32, on a text that it was not trained on.</summary>
internal static class PerplexityMeasurement
{
    private const int Window = 128;
    private const double Int8Bound = 1.01;
    private const double Int4Bound = 1.05;

    public static Task<Measurement> RunAsync(string[] args)
    {
        ModelFolder folder = ModelFolder.Open(Arguments.Require(args, "--model", "the folder of a trained model"));
        string text = Arguments.Find(args, "--text") is { } file ? File.ReadAllText(file) : HeldStory.Read();
        int[] tokens = ModelTokenizer.Load(folder.Path).Encode(text, addSpecialTokens: false);
        double fp32 = Measure(folder, tokens, WeightPrecision.Fp32);
        double int8 = Measure(folder, tokens, WeightPrecision.Int8) / fp32;
        double int4 = Measure(folder, tokens, WeightPrecision.Int4) / fp32;
        return Task.FromResult(new Measurement(
            int8 <= Int8Bound && int4 <= Int4Bound,
            [
                ("tokens of the text", tokens.Length, "tokens"),
                ("perplexity, fp32", fp32, ""),
                ("int8 / fp32", int8, "times"),
                ("int4 / fp32", int4, "times"),
            ]));
    }

    private static double Measure(ModelFolder folder, int[] tokens, WeightPrecision precision)
    {
        using OnnxModelExecutor executor = OnnxModelExecutor.Load(
            folder, new OnnxExecutorOptions { Precision = precision, MaxSequences = Math.Max(1, tokens.Length / Window), MaxContext = 2 * Window });
        return TeacherForcing.Perplexity(executor, tokens, Window);
    }
}
