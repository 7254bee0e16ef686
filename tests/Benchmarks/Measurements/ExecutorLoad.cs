using System.Diagnostics;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>Steps of an executor without a scheduler: prompts of random tokens computed in chunks, then decode rows of all sequences at once.</summary>
internal sealed class ExecutorLoad
{
    private readonly IModelExecutor _executor;
    private readonly KvBlockTable[] _tables;
    private readonly SamplingState[] _sampling;
    private readonly StepPlan _plan;
    private readonly Random _random = new(1);
    private readonly int[] _lengths;
    private readonly int[] _last;
    private long _step;

    /// <param name="executor">The executor; its blocks must hold all sequences at full length.</param>
    /// <param name="sequences">Sequences at once.</param>
    /// <param name="tokens">Longest sequence.</param>
    public ExecutorLoad(IModelExecutor executor, int sequences, int tokens)
    {
        _executor = executor;
        int blocks = (tokens + executor.Limits.BlockSize - 1) / executor.Limits.BlockSize;
        _tables = new KvBlockTable[sequences];
        for (int i = 0; i < sequences; i++)
        {
            _tables[i] = new KvBlockTable(blocks);
            for (int block = 0; block < blocks; block++)
            {
                _tables[i].Add((i * blocks) + block);
            }
        }
        _sampling = [.. _tables.Select(_ => new SamplingState(SamplingParameters.Greedy, [], tokens))];
        _plan = new StepPlan(executor.Limits.MaxStepTokens, executor.Limits.MaxSequences);
        _lengths = new int[sequences];
        _last = new int[sequences];
    }

    /// <summary>Computes a prompt of every sequence, one after the other, and returns the tokens a second.</summary>
    public double Prefill(int tokens)
    {
        long start = Stopwatch.GetTimestamp();
        for (int row = 0; row < _tables.Length; row++)
        {
            for (int done = 0; done < tokens;)
            {
                int count = Math.Min(tokens - done, _executor.Limits.MaxStepTokens);
                bool ends = done + count == tokens;
                _plan.Reset(_step++);
                foreach (ref int token in _plan.Add(row, done, count, fresh: done == 0, _tables[row], _tables[row].Count, ends ? _sampling[row] : null))
                {
                    token = _random.Next(_executor.Limits.VocabularySize);
                }
                StepResult result = Step();
                if (ends)
                {
                    _last[row] = result.Samples[0].Token;
                }
                done += count;
            }
            _lengths[row] = tokens;
        }
        return _tables.Length * tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Generates a number of tokens for every sequence and returns the tokens a second.</summary>
    public double Decode(int steps)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps; i++)
        {
            _plan.Reset(_step++);
            for (int row = 0; row < _tables.Length; row++)
            {
                _plan.Add(row, _lengths[row]++, 1, fresh: false, _tables[row], _tables[row].Count, _sampling[row])[0] = _last[row];
            }
            StepResult result = Step();
            for (int row = 0; row < _tables.Length; row++)
            {
                _last[row] = result.Samples[row].Token;
            }
        }
        return _tables.Length * steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private StepResult Step()
    {
        _executor.Submit(_plan);
        return _executor.Wait();
    }
}
