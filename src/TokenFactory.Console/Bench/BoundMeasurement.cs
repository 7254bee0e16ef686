using TokenFactory.Models;
using TokenFactory.Telemetry.Bounds;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Reports;
using TokenFactory.Web.Bench.Targets;

namespace TokenFactory.Web.Bench;

/// <summary>What the machine can do, measured on either side of a run, and how near the run came to it.</summary>
internal sealed class BoundMeasurement
{
    private readonly BenchModel _model;
    private readonly ProgressBar _bar;
    private readonly MachineBounds _before;

    private BoundMeasurement(BenchModel model, ProgressBar bar)
    {
        (_model, _bar) = (model, bar);
        _before = Measure();
    }

    private int Threads => _model.Target.Facts.Threads!.Value;

    /// <summary>Measures for the first time; null where the model is computed elsewhere than on this processor.</summary>
    public static BoundMeasurement? For(BenchModel model, ProgressBar bar) => model.Target.Facts.Threads is null ? null : new BoundMeasurement(model, bar);

    /// <summary>Measures again and says how near the run came.</summary>
    public BoundFigures Hold(EngineUse use)
    {
        MachineBounds bounds = _before.Best(Measure());
        BoundShare share = new(ModelFolder.Open(_model.Model.Facts.Folder).Spec, _model.Model.Facts.Memory!, bounds);
        return new BoundFigures(bounds, share.Decode(use), share.Prefill(use));
    }

    private MachineBounds Measure()
    {
        _bar.Say($"Measuring what the processor can do with {Threads} threads");
        return MachineBounds.Measure(Threads);
    }
}
