using TorchSharp;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>The exponential of the mean loss over all learned tokens of documents.</summary>
internal static class Perplexity
{
    /// <summary>Each document stands alone from position 0; one longer than the model's positions is cut.</summary>
    /// <returns>The perplexity and the number of tokens it was measured on.</returns>
    public static (double Value, long Tokens) Measure(LlamaModule module, IEnumerable<EncodedDocument> documents, int separator)
    {
        double sum = 0;
        long count = 0;
        using IDisposable noGradient = no_grad();
        foreach (EncodedDocument document in documents)
        {
            int length = Math.Min(document.Ids.Length, module.Shape.Positions);
            foreach (Batch batch in new RowPacker([document], 1, length, separator).Pass(0))
            {
                using DisposeScope scope = NewDisposeScope();
                sum += BatchLoss.Mean(module, batch, 1, length).item<float>() * batch.Places.Length;
                count += batch.Places.Length;
            }
        }
        return (Math.Exp(sum / count), count);
    }
}
