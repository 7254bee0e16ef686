using TokenFactory.Engine.Loading;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live.Loading;

namespace TokenFactory.Web.Serving.Loads;

/// <summary>Makes what the loader reports into a list of steps with their times, those of the replica under way, and into one share of the whole. For one thread.</summary>
internal sealed class LoadSteps(ModelLoadTicket ticket, TimeProvider clock)
{
    private static readonly (ModelLoadStage Stage, string Name, string Doing, double Weight)[] Stages =
    [
        (ModelLoadStage.Read, "Read", "Reading weights", 0.15),
        (ModelLoadStage.Quantize, "Quantise", "Quantising weights", 0.35),
        (ModelLoadStage.Build, "Build", "Building what computes", 0.2),
        (ModelLoadStage.Measure, "Measure", "Measuring what quantising costs", 0.2),
        (ModelLoadStage.WarmUp, "Warm up", "Warming up", 0.1),
    ];

    // A graph shows at most so many changes: a report for every megabyte would be news for nobody.
    private const double LeastChange = 0.005;

    private readonly List<LoadStep> _steps = [];
    private int _replica = -1;
    private int _stage = -1;
    private double _shown = -1;

    /// <summary>What a stage is, in words.</summary>
    public static string Doing(ModelLoadStage stage) => Array.Find(Stages, known => known.Stage == stage).Doing ?? "Making ready";

    public void Report(ReplicaLoadProgress value)
    {
        int stage = Array.FindIndex(Stages, known => known.Stage == value.Progress.Stage);
        bool isNew = value.Replica != _replica || stage != _stage;
        if (stage < 0 || (!isNew && Math.Abs(value.Progress.Share - _shown) < LeastChange && value.Progress.Share < 1))
        {
            return;
        }
        _shown = value.Progress.Share;
        if (isNew)
        {
            Enter(value.Replica, stage);
        }
        double whole = (value.Replica + Stages[..stage].Sum(done => done.Weight) + (Stages[stage].Weight * _shown)) / value.Replicas;
        string doing = value.Replicas == 1 ? Stages[stage].Doing : $"{Stages[stage].Doing}, replica {value.Replica + 1} of {value.Replicas}";
        // A share of 0 is that of a stage whose middle nobody can see.
        ticket.Report(doing, _shown > 0 ? _shown : null, whole, [.. _steps]);
    }

    private void Enter(int replica, int stage)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (replica != _replica)
        {
            _steps.Clear();
            _steps.AddRange(Stages.Select(known => new LoadStep(known.Name, LoadStepState.Ahead)));
        }
        for (int i = 0; i < stage; i++)
        {
            _steps[i] = _steps[i] switch
            {
                { State: LoadStepState.Ahead } skipped => skipped with { State = LoadStepState.LeftOut },
                { State: LoadStepState.UnderWay } done => done with { State = LoadStepState.Done, Took = now - done.Since },
                var other => other,
            };
        }
        _steps[stage] = _steps[stage] with { State = LoadStepState.UnderWay, Since = now };
        (_replica, _stage) = (replica, stage);
    }
}
