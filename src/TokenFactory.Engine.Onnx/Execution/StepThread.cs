using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>The thread that computes steps, one at a time, while the engine loop prepares the next one.</summary>
internal sealed class StepThread : IDisposable
{
    private readonly StepRunner _runner;
    private readonly StepResult[] _results;
    private readonly SemaphoreSlim _submitted = new(0, 1);
    private readonly SemaphoreSlim _finished = new(0, 1);
    private readonly Thread _thread;
    private StepPlan? _plan;
    private Exception? _failure;
    private int _current;
    private bool _outstanding;

    public StepThread(StepRunner runner, int maxSamples)
    {
        _runner = runner;
        // The caller reads one result while the next step fills the other.
        _results = [new StepResult(maxSamples), new StepResult(maxSamples)];
        _thread = new Thread(Work) { IsBackground = true, Name = "onnx-executor" };
        _thread.Start();
    }

    public void Submit(StepPlan plan)
    {
        if (_outstanding)
        {
            throw new InvalidOperationException("A step is outstanding; wait for it before the next one is submitted.");
        }
        _outstanding = true;
        _plan = plan;
        _submitted.Release();
    }

    public StepResult Wait()
    {
        if (!_outstanding)
        {
            throw new InvalidOperationException("No step is outstanding.");
        }
        _finished.Wait();
        _outstanding = false;
        if (_failure is { } failure)
        {
            _failure = null;
            throw failure as ExecutorException ?? new ExecutorException($"The step failed on the CPU: {failure.Message}", failure);
        }
        StepResult result = _results[_current];
        _current = 1 - _current;
        return result;
    }

    /// <summary>Lets an outstanding step end, then ends the thread.</summary>
    public void Dispose()
    {
        if (_outstanding)
        {
            _finished.Wait();
        }
        _plan = null;
        _submitted.Release();
        _thread.Join();
        _submitted.Dispose();
        _finished.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            _submitted.Wait();
            if (_plan is not { } plan)
            {
                return;
            }
            try
            {
                _runner.Run(plan, _results[_current]);
            }
            catch (Exception e)
            {
                _failure = e;
            }
            _finished.Release();
        }
    }
}
