using TokenFactory.Engine.Execution;
using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>Steps of decode rows alone, planned by hand: each row a greedy sequence that grows by a token a step, from its first token on.</summary>
internal sealed class DecodeSteps
{
    private readonly IModelExecutor _executor;
    private readonly StepPlan _plan;
    private readonly KvBlockTable[] _tables;
    private readonly SamplingState[] _states;
    private int _next;
    private int _blocks;

    /// <param name="executor">Has blocks for all.</param>
    /// <param name="rows">Sequences.</param>
    public DecodeSteps(IModelExecutor executor, int rows)
    {
        _executor = executor;
        _plan = new StepPlan(rows, rows);
        _tables = [.. Enumerable.Range(0, rows).Select(_ => new KvBlockTable(executor.Limits.MaxContext / executor.Limits.BlockSize))];
        _states = [.. Enumerable.Range(0, rows).Select(row => new SamplingState(SamplingParameters.Greedy, [row], executor.Limits.MaxContext))];
    }

    /// <summary>Tokens that each sequence has in the cache.</summary>
    public int Context => _next;

    public void Run()
    {
        _plan.Reset(_next);
        for (int row = 0; row < _tables.Length; row++)
        {
            if (_next % _executor.Limits.BlockSize == 0)
            {
                _tables[row].Add(_blocks++);
            }
            _plan.Add(row, _next, 1, fresh: _next == 0, _tables[row], _tables[row].Count, _states[row])[0] = _next == 0 ? row + 1 : StepPlan.LastSampled;
        }
        _executor.Submit(_plan);
        _executor.Wait();
        _next++;
    }
}
