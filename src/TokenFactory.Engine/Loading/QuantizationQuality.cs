using System.Globalization;

namespace TokenFactory.Engine.Loading;

/// <summary>What fewer bits a weight cost a model on a text: how well it foresees each next token beside itself in float32.</summary>
/// <param name="Precision">How the weights are held, as operators write it: <c>int4</c>.</param>
/// <param name="Tokens">Tokens of the text that were foreseen.</param>
/// <param name="ReferencePerplexity">exp of the mean negative log probability of the text's tokens, in float32.</param>
/// <param name="Perplexity">The same of the quantised model.</param>
/// <param name="Agreement">Share of the tokens for which both have the same most likely token, 0 to 1.</param>
/// <param name="Divergence">Mean Kullback-Leibler divergence of the quantised model's distribution from the float32 one's, in nats.</param>
public sealed record QuantizationQuality(
    string Precision, int Tokens, double ReferencePerplexity, double Perplexity, double Agreement, double Divergence)
{
    /// <summary>One line for operators.</summary>
    public string Describe(string model) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Precision} of {model}: perplexity {Perplexity:F2} (fp32 {ReferencePerplexity:F2}, {(Perplexity / ReferencePerplexity) - 1:+0.0 %;-0.0 %;0.0 %}), same first choice in {Agreement:P1} of {Tokens} tokens, mean divergence {Divergence:F4} nats");
}
