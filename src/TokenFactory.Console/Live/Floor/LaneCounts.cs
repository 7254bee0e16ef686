using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Live.Floor;

/// <summary>Requests by lane.</summary>
public readonly record struct LaneCounts(int Interactive, int Agentic, int Batch)
{
    public int Total => Interactive + Agentic + Batch;

    /// <summary>Asks for each lane in turn.</summary>
    public static LaneCounts From(Func<Lane, int> count) => new(count(Lane.Interactive), count(Lane.Agentic), count(Lane.Batch));

    public static LaneCounts operator +(LaneCounts left, LaneCounts right) =>
        new(left.Interactive + right.Interactive, left.Agentic + right.Agentic, left.Batch + right.Batch);

    public static LaneCounts Add(LaneCounts left, LaneCounts right) => left + right;
}
