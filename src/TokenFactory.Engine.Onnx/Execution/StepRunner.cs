using System.Diagnostics;
using System.Numerics.Tensors;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>Computes one step: embeds its tokens, tells attention its slices, runs the graph, samples and pools. Belongs to one thread.</summary>
internal sealed class StepRunner
{
    private readonly ModelSpec _spec;
    private readonly TensorView _embedding;
    private readonly StepSlices _slices;
    private readonly DecoderSession _session;
    private readonly Sampler _sampler;
    private readonly int[] _wanted;
    private readonly int[] _pooled;
    private readonly int _capacity;

    public StepRunner(ModelSpec spec, TensorView embedding, StepSlices slices, DecoderSession session, int maxSequences, int maxSamples, int capacity)
    {
        _spec = spec;
        _embedding = embedding;
        _slices = slices;
        _session = session;
        _sampler = new Sampler(spec.VocabularySize);
        _wanted = new int[maxSamples];
        _pooled = new int[maxSequences];
        _capacity = capacity;
    }

    /// <summary>Called with a slice's index and its logits before sampling; for tests, and for measuring what quantising costs.</summary>
    public Action<int, ReadOnlyMemory<float>>? LogitsObserver { get; set; }

    public void Run(StepPlan plan, StepResult result)
    {
        long start = Stopwatch.GetTimestamp();
        result.Reset(plan.StepId);
        CheckFits(plan);
        for (int i = 0; i < plan.Tokens.Length; i++)
        {
            Embed(plan.Tokens[i], _session.Hidden(i));
        }
        _slices.Set(plan);
        CollectRows(plan);
        _session.Run(plan.Tokens.Length, _wanted.AsSpan(0, plan.SampledRows), _pooled.AsSpan(0, plan.PoolCount));
        Sample(plan, result);
        Pool(plan, result);
        result.ComputeTime = Stopwatch.GetElapsedTime(start);
    }

    private void CheckFits(StepPlan plan)
    {
        foreach (ref readonly StepSlice slice in plan.Slices)
        {
            if (slice.Start + slice.Count > _capacity)
            {
                throw new ExecutorException($"Row {slice.Row} would reach {slice.Start + slice.Count} tokens; the longest context is {_capacity}.");
            }
        }
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

    // The last token of each slice that samples and those before its drafts, and the last of each that is pooled, in the order of the slices.
    private void CollectRows(StepPlan plan)
    {
        int wanted = 0;
        int pooled = 0;
        foreach (ref readonly StepSlice slice in plan.Slices)
        {
            int row = slice.TokenOffset + slice.Count - 1;
            if (slice.Samples)
            {
                for (int sampled = row - slice.Drafts; sampled <= row; sampled++)
                {
                    _wanted[wanted++] = sampled;
                }
            }
            else if (slice.Pools)
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
                SampleSlice(plan, i, sampling, index, result);
                index += slices[i].SampledRows;
            }
        }
    }

    /// <summary>Samples after the last token that is certain, and goes on for as long as what was sampled is what was drafted.</summary>
    private void SampleSlice(StepPlan plan, int index, SamplingState sampling, int firstRow, StepResult result)
    {
        ref readonly StepSlice slice = ref plan.Slices[index];
        ReadOnlySpan<int> drafts = plan.Tokens.Slice(slice.TokenOffset + slice.Count - slice.Drafts, slice.Drafts);
        for (int i = 0; i <= drafts.Length; i++)
        {
            Span<float> logits = _session.Logits(firstRow + i);
            LogitsObserver?.Invoke(index, logits.ToArray());
            _sampler.Sample(logits, sampling, index, result);
            if (i < drafts.Length && result.Samples[^1].Token != drafts[i])
            {
                return;
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
