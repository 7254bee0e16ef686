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
    public DecoderBuffers(ModelSpec spec, int rows, int samples, int inputBytes, int heldRows, int tableStride, long partialBytes, int doneCount)
    {
        Inputs = Make(inputBytes);
        Tables = Make((long)heldRows * tableStride * sizeof(int));
        LastSampled = Make((long)heldRows * sizeof(int));
        X = Make((long)rows * spec.HiddenSize * 2);
        Qkv = Make((long)rows * (spec.QuerySize + (2 * spec.KeyValueSize)) * 2);
        Attended = Make((long)rows * spec.QuerySize * 2);
        GateUp = Make((long)rows * 2 * spec.FeedForwardSize * 2);
        Activated = Make((long)rows * spec.FeedForwardSize * 2);
        Experts = spec.Experts is null ? null : new ExpertBuffers(spec, rows);
        Added = Make(spec.PostNorms ? (long)rows * spec.HiddenSize * 2 : 0);
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

    /// <summary>A part's result before it joins the residual stream, where a norm lies between.</summary>
    public DeviceMemory Added { get; }

    public DeviceMemory LastRows { get; }

    public DeviceMemory Logits { get; }

    public DeviceMemory RawLogits { get; }

    public DeviceMemory Records { get; }

    public DeviceMemory Partial { get; }

    public DeviceMemory Done { get; }

    public long Bytes => _all.Sum(memory => memory.Bytes) + (Experts?.Bytes ?? 0);

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
