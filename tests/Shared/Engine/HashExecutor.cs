using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Tests.Shared.Engine;

/// <summary>
/// An executor without a model. It keeps each position's token in the KV block that the plan names, and gives the next token a logit
/// that depends on the whole context read back through the block table: a wrong block, position or order changes the tokens.
/// <see cref="Next"/> says what must come out.
/// </summary>
internal sealed class HashExecutor : IModelExecutor
{
    private readonly int[] _memory;
    private readonly int[] _lastSampled;
    private readonly Queue<StepPlan> _plans = new();
    private readonly Sampler _sampler;
    private readonly float[] _logits;
    private readonly StepResult _result;

    public HashExecutor(ExecutorLimits? limits = null, int endToken = -1, int endAfter = int.MaxValue)
    {
        Limits = limits ?? DefaultLimits;
        EndToken = endToken;
        EndAfter = endAfter;
        _memory = new int[Limits.BlockCount * Limits.BlockSize];
        _lastSampled = new int[Limits.MaxSequences];
        _sampler = new Sampler(Limits.VocabularySize);
        _logits = new float[Limits.VocabularySize];
        _result = new StepResult(Limits.MaxSamples);
    }

    public static ExecutorLimits DefaultLimits { get; } = new()
    {
        BlockSize = 4,
        BlockCount = 256,
        MaxSequences = 8,
        MaxStepTokens = 64,
        MaxChunks = 2,
        MaxContext = 512,
        VocabularySize = 256,
        PooledWidth = 8,
    };

    public DeviceInfo Device { get; init; } = new("test:0", "Hash executor", "test", "none", 1 << 20);

    public ExecutorLimits Limits { get; }

    /// <summary>The token that ends a sequence of <see cref="EndAfter"/> tokens; -1 for none.</summary>
    public int EndToken { get; }

    public int EndAfter { get; }

    /// <summary>Called before a step is computed, on the loop's thread; may throw or block.</summary>
    public Action<StepPlan>? BeforeStep { get; set; }

    /// <summary>Whether the logits of a slice hold NaN.</summary>
    public Func<StepSlice, bool>? IsPoisoned { get; set; }

    /// <summary>The next token after a context, where it is not the hash's; null gives that.</summary>
    public Func<int[], int?>? Choose { get; set; }

    /// <summary>How long a step takes at least.</summary>
    public TimeSpan StepTime { get; set; }

    public int Steps { get; private set; }

    /// <summary>Tokens computed over all steps.</summary>
    public int ComputedTokens { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>The greedy token after a context, for a vocabulary.</summary>
    public static int Next(ReadOnlySpan<int> context, int vocabulary)
    {
        uint hash = 2166136261;
        foreach (int token in context)
        {
            hash = (hash ^ (uint)token) * 16777619;
        }
        // Printable letters, so that text made of tokens reads.
        return (int)('a' + ((hash >> 8) % 26)) % vocabulary;
    }

    /// <summary>Greedy continuation of a prompt, as every schedule has to give it.</summary>
    public static int[] Continue(ReadOnlySpan<int> prompt, int count, int vocabulary)
    {
        List<int> context = [.. prompt];
        for (int i = 0; i < count; i++)
        {
            context.Add(Next([.. context], vocabulary));
        }
        return [.. context.Skip(prompt.Length)];
    }

    /// <summary>The vector that a prompt is pooled to, as every schedule has to give it.</summary>
    public static float[] Pool(ReadOnlySpan<int> context, int width)
    {
        float[] vector = new float[width];
        for (int i = 0; i < width; i++)
        {
            // The prompt, and the place in the vector, decide every number.
            vector[i] = Next([.. context, i], int.MaxValue) - 'm' + (0.25f * i);
        }
        return vector;
    }

    public void Submit(StepPlan plan)
    {
        if (_plans.Count >= Limits.StepsInFlight)
        {
            throw new InvalidOperationException("More steps under way than the limits allow.");
        }
        _plans.Enqueue(plan);
    }

    public StepResult Wait()
    {
        StepPlan plan = _plans.Dequeue();
        try
        {
            BeforeStep?.Invoke(plan);
        }
        catch (ExecutorException)
        {
            _plans.Clear();
            throw;
        }
        if (StepTime > TimeSpan.Zero)
        {
            Thread.Sleep(StepTime);
        }
        Steps++;
        ComputedTokens += plan.Tokens.Length;
        _result.Reset(plan.StepId);
        _result.ComputeTime = StepTime;
        Write(plan);
        for (int i = 0; i < plan.Slices.Length; i++)
        {
            if (plan.Slices[i].Sampling is { } sampling)
            {
                Sample(plan.Slices[i], i, sampling);
            }
            else if (plan.Slices[i].Pools)
            {
                Pool(plan.Slices[i], i);
            }
        }
        return _result;
    }

    public void Dispose() => IsDisposed = true;

    private void Write(StepPlan plan)
    {
        foreach (ref readonly StepSlice slice in plan.Slices)
        {
            for (int i = 0; i < slice.Count; i++)
            {
                int token = plan.Tokens[slice.TokenOffset + i];
                int position = slice.Start + i;
                if (position / Limits.BlockSize >= slice.BlockCount)
                {
                    throw new InvalidOperationException("A slice reaches beyond its blocks.");
                }
                _memory[Address(slice, position)] = token == StepPlan.LastSampled ? _lastSampled[slice.Row] : token;
            }
        }
    }

    private void Sample(in StepSlice slice, int index, SamplingState sampling)
    {
        int[] all = ReadBack(slice);
        for (int length = all.Length - slice.Drafts; length <= all.Length; length++)
        {
            int[] context = all[..length];
            int next = context.Length >= EndAfter && EndToken >= 0 ? EndToken : Choose?.Invoke(context) ?? Next(context, Limits.VocabularySize);
            Array.Clear(_logits);
            _logits[next] = IsPoisoned?.Invoke(slice) == true ? float.NaN : 10;
            _sampler.Sample(_logits, sampling, index, _result);
            _lastSampled[slice.Row] = _result.Samples[^1].Token;
            if (length < all.Length && all[length] != _lastSampled[slice.Row])
            {
                return;
            }
        }
    }

    private void Pool(in StepSlice slice, int index)
    {
        Span<float> vector = _result.AddPooled(index, Limits.PooledWidth);
        Pool(ReadBack(slice), vector.Length).CopyTo(vector);
        if (IsPoisoned?.Invoke(slice) == true)
        {
            vector[^1] = float.NaN;
        }
    }

    private int[] ReadBack(in StepSlice slice)
    {
        int[] context = new int[slice.Start + slice.Count];
        for (int position = 0; position < context.Length; position++)
        {
            context[position] = _memory[Address(slice, position)];
        }
        return context;
    }

    private int Address(in StepSlice slice, int position) =>
        (slice.Blocks[position / Limits.BlockSize] * Limits.BlockSize) + (position % Limits.BlockSize);
}
