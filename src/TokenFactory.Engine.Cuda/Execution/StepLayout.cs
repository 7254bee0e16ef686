using System.Runtime.CompilerServices;
using TokenFactory.Engine.Cuda.Launchers;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>How many of each thing a step hands to the device, fill-ups among them.</summary>
/// <param name="Tokens">Rows of activations.</param>
/// <param name="Decodes">Leading rows that are a sequence's only token of the step.</param>
/// <param name="Tiles">Tiles of prefill chunks.</param>
/// <param name="Samples">Rows that sample a token.</param>
/// <param name="Pools">Rows that are pooled.</param>
/// <param name="TableEntries">New entries of block tables.</param>
/// <param name="Settings">Rows of new sequences, whose sampling is set.</param>
internal readonly record struct StepSize(int Tokens, int Decodes, int Tiles, int Samples, int Pools, int TableEntries, int Settings)
{
    /// <summary>Steps of decode rows alone, all of which sample: those of a bucket look alike, so that one may be recorded for all.</summary>
    public static StepSize Decode(int bucket) => new(bucket, bucket, 0, bucket, 0, bucket, 0);
}

/// <summary>
/// Where the inputs of a step lie in the one block that is uploaded for it, in bytes. Steps of one size have one layout, so that what was
/// recorded for the size finds its inputs again.
/// </summary>
internal readonly struct StepLayout
{
    private const int Alignment = 16;

    public StepLayout(in StepSize size)
    {
        Size = size;
        int at = 0;
        Tokens = Take(ref at, size.Tokens * sizeof(int));
        Rows = Take(ref at, size.Tokens * sizeof(int));
        Positions = Take(ref at, size.Tokens * sizeof(int));
        Tiles = Take(ref at, size.Tiles * Unsafe.SizeOf<PrefillTile>());
        SampleTokens = Take(ref at, size.Samples * sizeof(int));
        SampleRows = Take(ref at, size.Samples * sizeof(int));
        PoolTokens = Take(ref at, size.Pools * sizeof(int));
        TableIndices = Take(ref at, size.TableEntries * sizeof(int));
        TableBlocks = Take(ref at, size.TableEntries * sizeof(int));
        SettingRows = Take(ref at, size.Settings * sizeof(int));
        Settings = Take(ref at, size.Settings * Unsafe.SizeOf<SamplingSettings>());
        Bytes = at;
    }

    public StepSize Size { get; }

    /// <summary>Token of each row.</summary>
    public int Tokens { get; }

    /// <summary>Which sequence's row of the block tables each row's is.</summary>
    public int Rows { get; }

    public int Positions { get; }

    public int Tiles { get; }

    /// <summary>The row of activations that each sample is taken from.</summary>
    public int SampleTokens { get; }

    /// <summary>The sequence's row of each sample.</summary>
    public int SampleRows { get; }

    /// <summary>The row of activations that each vector is.</summary>
    public int PoolTokens { get; }

    public int TableIndices { get; }

    public int TableBlocks { get; }

    public int SettingRows { get; }

    public int Settings { get; }

    public int Bytes { get; }

    private static int Take(ref int at, int bytes)
    {
        int start = at;
        at += (bytes + Alignment - 1) / Alignment * Alignment;
        return start;
    }
}
