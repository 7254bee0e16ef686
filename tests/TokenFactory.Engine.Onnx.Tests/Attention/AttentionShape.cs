using TokenFactory.Engine.Onnx.Attention;

namespace TokenFactory.Engine.Onnx.Tests.Attention;

/// <summary>What a case of attention is made of.</summary>
internal sealed record AttentionShape(KvFormat Format, int KvHeads = 2, int Group = 2, int HeadSize = 64, int BlockSize = 16)
{
    public const int Layers = 2;
    public const int Layer = 1;
    public const float Epsilon = 1e-5f;

    public int Window { get; init; }

    public float SoftCap { get; init; }

    public int RotaryPairs { get; init; }

    public bool IsNormed { get; init; }

    public int Heads => KvHeads * Group;

    public int PackedStride => (Heads + (2 * KvHeads)) * HeadSize;

    public int OutputStride => Heads * HeadSize;

    public float Scale => (float)(1 / Math.Sqrt(HeadSize));

    public KvPoolLayout Layout => new(Format, Layers, KvHeads, HeadSize, BlockSize);
}
