using System.Diagnostics;
using System.Globalization;
using TokenFactory.DemoModel.Export;
using TorchSharp;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>Trains a module on packed rows until its minutes are over or it is told to stop; resumes where a checkpoint stands.</summary>
internal sealed class Trainer
{
    private const double ClipNorm = 1.0;
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromMinutes(2);

    private readonly TrainingOptions _options;
    private readonly LlamaModule _module;
    private readonly AdamW _optimizer;
    private readonly RowPacker _packer;
    private readonly HfFolderWriter _folder;
    private readonly Stopwatch _sinceCheckpoint = Stopwatch.StartNew();
    private TrainingState _state;
    private double _meanLoss = double.NaN;

    public Trainer(TrainingOptions options, LlamaModule module, TrainingState state, RowPacker packer, HfFolderWriter folder)
    {
        _options = options;
        _module = module;
        _state = state;
        _packer = packer;
        _folder = folder;
        _optimizer = new AdamW(module);
        if (state.Step > 0)
            Checkpoint.LoadOptimizer(options.Folder, _optimizer);
    }

    /// <summary>Runs until done or cancelled, and leaves a checkpoint.</summary>
    public TrainingState Run(CancellationToken stop)
    {
        double end = Math.Min(_options.Minutes * 60.0, _state.Seconds + (_options.StopAfter * 60.0));
        while (_state.Seconds < end && !stop.IsCancellationRequested)
        {
            RunPass(end, stop);
            if (_state.Seconds < end && !stop.IsCancellationRequested)
                _state = _state with { Pass = _state.Pass + 1, BatchOfPass = 0 };
        }
        Save();
        return _state;
    }

    private void RunPass(double end, CancellationToken stop)
    {
        foreach (Batch batch in _packer.Pass(_state.Pass).Skip(_state.BatchOfPass))
        {
            if (_state.Seconds >= end || stop.IsCancellationRequested)
                return;
            RunStep(batch);
            if (_sinceCheckpoint.Elapsed >= CheckpointInterval)
                Save();
        }
    }

    private void RunStep(Batch batch)
    {
        long started = Stopwatch.GetTimestamp();
        double rate = LearningRate.At(_options.PeakRate, _state.Step, _state.Seconds / (_options.Minutes * 60.0));
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = BatchLoss.Mean(_module, batch, _options.Rows, _options.Context);
        loss.backward();
        _optimizer.ClipGradients(ClipNorm);
        _optimizer.Step(_state.Step + 1, rate);
        double value = loss.item<float>();
        _meanLoss = double.IsNaN(_meanLoss) ? value : (0.95 * _meanLoss) + (0.05 * value);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        _state = _state with
        {
            Step = _state.Step + 1,
            Tokens = _state.Tokens + batch.Inputs.Length,
            Seconds = _state.Seconds + seconds,
            BatchOfPass = _state.BatchOfPass + 1,
        };
        if (_state.Step % 25 == 0)
            Report(rate, batch.Inputs.Length / seconds);
    }

    private void Report(double rate, double speed) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"step {_state.Step}  minute {_state.Seconds / 60:F1}  loss {_meanLoss:F3}  rate {rate:E1}  tokens {_state.Tokens}  {speed:F0}/s"));

    private void Save()
    {
        Checkpoint.Write(_options.Folder, _module, _optimizer, _state);
        if (_options.Publish is { } publish)
            _folder.Write(publish, _module);
        _sinceCheckpoint.Restart();
    }
}
