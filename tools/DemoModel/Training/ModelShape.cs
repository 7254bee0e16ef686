using System.Text.Json.Serialization;

namespace TokenFactory.DemoModel.Training;

/// <summary>The sizes of a Llama decoder. Written into a checkpoint, so that every command builds the same module.</summary>
/// <param name="Vocabulary">Token ids, special ones included.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Intermediate">Width of the SwiGLU layer.</param>
/// <param name="Layers">Decoder blocks.</param>
/// <param name="Heads">Query heads; <paramref name="Hidden"/> is a multiple of it.</param>
/// <param name="KeyValueHeads">Key and value heads; divides <paramref name="Heads"/>.</param>
/// <param name="Positions">The longest sequence the model is declared for, in tokens.</param>
internal sealed record ModelShape(
    int Vocabulary, int Hidden, int Intermediate, int Layers, int Heads, int KeyValueHeads, int Positions)
{
    public const double RopeTheta = 10000.0;

    public const double NormEpsilon = 1e-5;

    [JsonIgnore]
    public int HeadSize => Hidden / Heads;

    /// <summary>Weights with the tied embedding counted once.</summary>
    [JsonIgnore]
    public long Parameters =>
        ((long)Vocabulary * Hidden)
        + ((long)Layers * ((2L * Hidden * Hidden) + (2L * Hidden * KeyValueHeads * HeadSize) + (3L * Hidden * Intermediate) + (2L * Hidden)))
        + Hidden;
}
