using TokenFactory.Engine.Execution;
using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Onnx.Execution;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Onnx.Quality;

/// <summary>
/// Runs a text through a model some tokens a step and gives the logits of each. The tokens of a step are slices of one token that
/// share one block table: attention writes the keys of all before it reads any, so that each sees those before itself.
/// </summary>
internal sealed class TextRun
{
    private readonly StepRunner _runner;
    private readonly StepPlan _plan;
    private readonly StepResult _result;
    private readonly KvBlockTable _blocks;
    private readonly SamplingState _sampling = new(SamplingParameters.Greedy, [], 2);
    private readonly ReadOnlyMemory<float>[] _logits;

    /// <param name="runner">A runner whose rows nobody else uses.</param>
    /// <param name="tokens">Tokens of the text.</param>
    /// <param name="step">Tokens of a step, at most the runner's sequences.</param>
    /// <param name="blockSize">Tokens of a KV block.</param>
    public TextRun(StepRunner runner, int tokens, int step, int blockSize)
    {
        _runner = runner;
        _plan = new StepPlan(step, step);
        _result = new StepResult(step);
        _logits = new ReadOnlyMemory<float>[step];
        _blocks = new KvBlockTable((tokens + blockSize - 1) / blockSize);
        for (int block = 0; block < _blocks.Capacity; block++)
        {
            _blocks.Add(block);
        }
    }

    /// <summary>The logits after each of <paramref name="tokens"/>, which follow the <paramref name="start"/> tokens before.</summary>
    public ReadOnlySpan<ReadOnlyMemory<float>> Run(ReadOnlySpan<int> tokens, int start)
    {
        _plan.Reset(start + 1);
        for (int i = 0; i < tokens.Length; i++)
        {
            _plan.Add(i, start + i, 1, fresh: start == 0, _blocks, _blocks.Count, _sampling)[0] = tokens[i];
        }
        _runner.LogitsObserver = (slice, logits) => _logits[slice] = logits;
        _runner.Run(_plan, _result);
        _runner.LogitsObserver = null;
        return _logits.AsSpan(0, tokens.Length);
    }
}
