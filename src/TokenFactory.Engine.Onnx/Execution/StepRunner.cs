using System.Diagnostics;
using System.Numerics.Tensors;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Onnx.Kv;
using TokenFactory.Engine.Sampling;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>
/// Computes one step: places its sequences, embeds its tokens, runs the graph, samples and pools, and saves the KV blocks that became full.
/// Belongs to one thread.
/// </summary>
internal sealed class StepRunner
{
    private readonly ModelSpec _spec;
    private readonly TensorView _embedding;
    private readonly SlotMap _slots;
    private readonly DecoderSession _session;
    private readonly Sampler _sampler;
    private readonly int[] _wanted;
    private readonly int[] _pooled;
    private readonly int _capacity;

    public StepRunner(ModelSpec spec, TensorView embedding, SlotMap slots, DecoderSession session, int maxSequences, int capacity)
    {
        _spec = spec;
        _embedding = embedding;
        _slots = slots;
        _session = session;
        _sampler = new Sampler(spec.VocabularySize);
        _wanted = new int[maxSequences];
        _pooled = new int[maxSequences];
        _capacity = capacity;
    }

    /// <summary>Called with a slice's index and its logits before sampling; for tests.</summary>
    public Action<int, ReadOnlyMemory<float>>? LogitsObserver { get; set; }

    public void Run(StepPlan plan, StepResult result)
    {
        long start = Stopwatch.GetTimestamp();
        result.Reset(plan.StepId);
        CheckFits(plan);
        _slots.Place(plan);
        int tokens = EmbedDecodeRows(plan);
        tokens = EmbedChunks(plan, tokens);
        CollectRows(plan);
        _session.Run(tokens, _wanted.AsSpan(0, plan.SampleCount), _pooled.AsSpan(0, plan.PoolCount));
        Sample(plan, result);
        Pool(plan, result);
        _slots.Complete(plan);
        result.ComputeTime = Stopwatch.GetElapsedTime(start);
    }

    private void CheckFits(StepPlan plan)
    {
        int chunks = plan.Slices.Length - plan.SingleTokenSlices;
        if (chunks > _session.Parts.Length - 1)
        {
            throw new ExecutorException($"The step has {chunks} prefill chunks; the executor takes {_session.Parts.Length - 1}.");
        }
        foreach (ref readonly StepSlice slice in plan.Slices)
        {
            if (slice.Start + slice.Count > _capacity)
            {
                throw new ExecutorException($"Row {slice.Row} would reach {slice.Start + slice.Count} tokens; the longest context is {_capacity}.");
            }
        }
    }

    // Returns the tokens embedded so far, which are the window's slots.
    private int EmbedDecodeRows(StepPlan plan)
    {
        DecodeWindow window = _slots.Window;
        _session.Split[0] = window.Count;
        if (window.Count == 0)
        {
            _session.Parts[0].Skip();
            return 0;
        }
        for (int i = 0; i < window.Count; i++)
        {
            int slice = window.Slices[i];
            if (slice < 0)
            {
                _session.Hidden(i).Clear();
            }
            else
            {
                Embed(plan.Tokens[plan.Slices[slice].TokenOffset], _session.Hidden(i));
            }
        }
        _session.Parts[0].Set(window.Start, window.Positions);
        return window.Count;
    }

    private int EmbedChunks(StepPlan plan, int tokens)
    {
        ReadOnlySpan<StepSlice> chunks = plan.Slices[plan.SingleTokenSlices..];
        for (int part = 1; part < _session.Parts.Length; part++)
        {
            if (part > chunks.Length)
            {
                _session.Split[part] = 0;
                _session.Parts[part].Skip();
                continue;
            }
            ref readonly StepSlice chunk = ref chunks[part - 1];
            foreach (int token in plan.Tokens.Slice(chunk.TokenOffset, chunk.Count))
            {
                Embed(token, _session.Hidden(tokens++));
            }
            _session.Split[part] = chunk.Count;
            _session.Parts[part].Set(_slots.SlotOf(chunk.Row), [chunk.Start + chunk.Count - 1]);
        }
        return tokens;
    }

    private void Embed(int token, Span<float> hidden)
    {
        if ((uint)token >= (uint)_spec.VocabularySize)
        {
            throw new ExecutorException($"Token {token} lies outside the vocabulary of {_spec.VocabularySize}.");
        }
        _embedding.Read((long)token * _spec.HiddenSize, hidden);
        if (_spec.EmbeddingScale != 1)
        {
            TensorPrimitives.Multiply(hidden, _spec.EmbeddingScale, hidden);
        }
    }

    // The last token of each slice that samples, and of each that is pooled, in the order of the slices.
    private void CollectRows(StepPlan plan)
    {
        int wanted = 0;
        int pooled = 0;
        int chunkEnd = _slots.Window.Count;
        ReadOnlySpan<StepSlice> slices = plan.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            bool chunk = i >= plan.SingleTokenSlices;
            chunkEnd += chunk ? slices[i].Count : 0;
            int row = chunk ? chunkEnd - 1 : _slots.SlotOf(slices[i].Row) - _slots.Window.Start;
            if (slices[i].Samples)
            {
                _wanted[wanted++] = row;
            }
            else if (slices[i].Pools)
            {
                _pooled[pooled++] = row;
            }
        }
    }

    private void Sample(StepPlan plan, StepResult result)
    {
        int index = 0;
        ReadOnlySpan<StepSlice> slices = plan.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            if (slices[i].Sampling is { } sampling)
            {
                Span<float> logits = _session.Logits(index++);
                LogitsObserver?.Invoke(i, logits.ToArray());
                _sampler.Sample(logits, sampling, i, result);
            }
        }
    }

    private void Pool(StepPlan plan, StepResult result)
    {
        int index = 0;
        for (int i = 0; i < plan.Slices.Length && index < plan.PoolCount; i++)
        {
            if (plan.Slices[i].Pools)
            {
                _session.Pooled(index++).CopyTo(result.AddPooled(i, _spec.HiddenSize));
            }
        }
    }
}
