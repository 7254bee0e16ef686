using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>Memory that every step uses again: inputs, activations, logits. Sized once for the largest step.</summary>
internal sealed class DecoderBuffers : IDisposable
{
    private readonly List<DeviceMemory> _all = [];

    /// <param name="spec">The model.</param>
    /// <param name="rows">Most rows of activations, a bucket.</param>
    /// <param name="samples">Most rows that sample, a bucket.</param>
    /// <param name="inputBytes">Largest <see cref="StepLayout.Bytes"/>.</param>
    /// <param name="heldRows">Rows that sequences hold, and one for fill-ups.</param>
    /// <param name="tableStride">KV blocks of the longest sequence.</param>
    /// <param name="partialBytes">For attention of decode rows.</param>
    /// <param name="doneCount">The same.</param>
    /// <param name="isFp8">Whether products are computed in FP8.</param>
    public DecoderBuffers(ModelSpec spec, int rows, int samples, int inputBytes, int heldRows, int tableStride, long partialBytes, int doneCount, bool isFp8)
    {
        Inputs = Make(inputBytes);
        Tables = Make((long)heldRows * tableStride * sizeof(int));
        LastSampled = Make((long)heldRows * sizeof(int));
        X = Make((long)rows * spec.HiddenSize * 2);
        Qkv = Make((long)rows * (spec.QuerySize + (2 * spec.KeyValueSize)) * 2);
        Attended = Make((long)rows * spec.QuerySize * 2);
        GateUp = Make((long)rows * 2 * spec.FeedForwardSize * 2);
        Activated = Make(isFp8 ? 0 : (long)rows * spec.FeedForwardSize * 2);
        Experts = spec.Experts is null ? null : new ExpertBuffers(spec, rows);
        Added = Make(isFp8 || spec.PostNorms ? (long)rows * spec.HiddenSize * 2 : 0);
        Quantized = Make(isFp8 ? (long)rows * QuantizedWidthOf(spec) : 0);
        RowScales = Make(isFp8 ? (long)rows * sizeof(float) : 0);
        LastRows = Make((long)samples * spec.HiddenSize * 2);
        Logits = Make((long)samples * spec.VocabularySize * sizeof(float));
        RawLogits = Make((long)samples * spec.VocabularySize * sizeof(float));
        Records = DeviceMemory.For<SamplingRecord>(samples);
        _all.Add(Records);
        Partial = Make(partialBytes);
        Done = Make(doneCount * sizeof(uint));
    }

    public DeviceMemory Inputs { get; }

    /// <summary>[rows that sequences hold, blocks]: the block tables.</summary>
    public DeviceMemory Tables { get; }

    /// <summary>[rows that sequences hold]: the token that each drew last.</summary>
    public DeviceMemory LastSampled { get; }

    /// <summary>[rows, hidden]: the residual stream.</summary>
    public DeviceMemory X { get; }

    public DeviceMemory Qkv { get; }

    public DeviceMemory Attended { get; }

    public DeviceMemory GateUp { get; }

    public DeviceMemory Activated { get; }

    /// <summary>Null for a model without experts.</summary>
    public ExpertBuffers? Experts { get; }

    /// <summary>A part's result before it joins the residual stream, where a norm or scales lie between.</summary>
    public DeviceMemory Added { get; }

    /// <summary>[rows, width of a product's rows] of E4M3: what the next product reads.</summary>
    public DeviceMemory Quantized { get; }

    /// <summary>[rows] of float: the scales of <see cref="Quantized"/>.</summary>
    public DeviceMemory RowScales { get; }

    /// <summary>[samples, hidden]: normed last rows, of what samples until the head has read them, then of what is pooled.</summary>
    public DeviceMemory LastRows { get; }

    public DeviceMemory Logits { get; }

    public DeviceMemory RawLogits { get; }

    public DeviceMemory Records { get; }

    public DeviceMemory Partial { get; }

    public DeviceMemory Done { get; }

    public long Bytes => _all.Sum(memory => memory.Bytes) + (Experts?.Bytes ?? 0);

    /// <summary>Numbers of the longest row that a layer's product reads.</summary>
    public static int QuantizedWidthOf(ModelSpec spec) => Math.Max(spec.HiddenSize, Math.Max(spec.QuerySize, spec.FeedForwardSize));

    public void Dispose()
    {
        _all.ForEach(memory => memory.Dispose());
        Experts?.Dispose();
    }

    private DeviceMemory Make(long bytes)
    {
        DeviceMemory made = new(Math.Max(1, bytes));
        _all.Add(made);
        return made;
    }
}
