namespace TokenFactory.Engine.Execution;

/// <summary>What a step produced. Pooled by its executor; filled with <see cref="Reset"/>, <see cref="Add"/>, <see cref="AddAlternative"/> and <see cref="AddPooled"/>.</summary>
public sealed class StepResult
{
    private readonly SampledToken[] _samples;
    private TokenLogprob[] _alternatives;
    private int _sampleCount;
    private int _alternativeCount;
    private int[] _pooledSlices = [];
    private float[] _pooled = [];
    private int _pooledCount;
    private int _pooledWidth;

    /// <param name="maxSamples">Most tokens that a step samples.</param>
    public StepResult(int maxSamples)
    {
        _samples = new SampledToken[maxSamples];
        _alternatives = new TokenLogprob[32];
    }

    public long StepId { get; private set; }

    /// <summary>Tokens sampled, in the order of their slices; of a slice with drafts one more than it had right.</summary>
    public ReadOnlySpan<SampledToken> Samples => _samples.AsSpan(0, _sampleCount);

    /// <summary>Most likely tokens of the rows that asked for them, most likely first within a row.</summary>
    public ReadOnlySpan<TokenLogprob> Alternatives => _alternatives.AsSpan(0, _alternativeCount);

    /// <summary>Slices that were pooled, in their order.</summary>
    public ReadOnlySpan<int> PooledSlices => _pooledSlices.AsSpan(0, _pooledCount);

    /// <summary>Time that the device worked on the step.</summary>
    public TimeSpan ComputeTime { get; set; }

    /// <summary>Energy that the device drew for the step, in joules; null where nothing measures it.</summary>
    public double? Joules { get; set; }

    public void Reset(long stepId)
    {
        StepId = stepId;
        _sampleCount = 0;
        _alternativeCount = 0;
        _pooledCount = 0;
        ComputeTime = TimeSpan.Zero;
        Joules = null;
    }

    /// <summary>Adds the token sampled for slice <paramref name="slice"/>; <see cref="AddAlternative"/> calls that follow belong to it.</summary>
    public void Add(int slice, int token, float logprob)
    {
        ref SampledToken sample = ref _samples[_sampleCount++];
        sample.Slice = slice;
        sample.Token = token;
        sample.Logprob = logprob;
        sample.AlternativesOffset = _alternativeCount;
        sample.AlternativesCount = 0;
    }

    /// <summary>Adds the next most likely token of the row whose token was added last.</summary>
    public void AddAlternative(TokenLogprob alternative)
    {
        if (_alternativeCount == _alternatives.Length)
        {
            Array.Resize(ref _alternatives, _alternatives.Length * 2);
        }
        _alternatives[_alternativeCount++] = alternative;
        _samples[_sampleCount - 1].AlternativesCount++;
    }

    /// <summary>Adds the vector pooled for slice <paramref name="slice"/> and returns it for the caller to fill. All of a step have one width.</summary>
    public Span<float> AddPooled(int slice, int width)
    {
        // The memory comes with the first step that pools: most models never do.
        if (_pooledCount == _pooledSlices.Length)
        {
            Array.Resize(ref _pooledSlices, Math.Max(4, _pooledSlices.Length * 2));
        }
        if ((_pooledCount + 1) * width > _pooled.Length)
        {
            Array.Resize(ref _pooled, _pooledSlices.Length * width);
        }
        _pooledWidth = width;
        _pooledSlices[_pooledCount] = slice;
        return _pooled.AsSpan(_pooledCount++ * width, width);
    }

    /// <summary>The vector of the slice at <paramref name="index"/> in <see cref="PooledSlices"/>: the hidden state of its last token, not normalised.</summary>
    public ReadOnlySpan<float> Pooled(int index) => _pooled.AsSpan(index * _pooledWidth, _pooledWidth);
}
