using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>What the scheduler holds, for those who show it.</summary>
public sealed partial class Scheduler
{
    /// <summary>Sequences that are put aside.</summary>
    public void CopyHeld(List<Sequence> into) => into.AddRange(_held);

    /// <summary>What every tenant with work has been served, by lane.</summary>
    public void CopyShares(List<ShareSnapshot> into) => _waiting.CopyShares(into);

    /// <summary>Sequences that hold a row.</summary>
    public void CopyRunning(List<Sequence> into)
    {
        foreach (Sequence sequence in _running.Sequences)
        {
            if (sequence.State == SequenceState.Running)
            {
                into.Add(sequence);
            }
        }
    }

    /// <summary>Waiting sequences, tenant by tenant within each lane.</summary>
    public void CopyWaiting(List<Sequence> into) => _waiting.CopyTo(into);
}
