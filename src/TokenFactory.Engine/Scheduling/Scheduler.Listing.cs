using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>What the scheduler holds, for those who show it.</summary>
public sealed partial class Scheduler
{
    /// <summary>Sequences that are put aside.</summary>
    public void CopyHeld(List<Sequence> into) => into.AddRange(_held);

    /// <summary>What every tenant with work has been served, by lane.</summary>
    public void CopyShares(List<ShareSnapshot> into)
    {
        foreach (Lane lane in Enum.GetValues<Lane>())
        {
            foreach (TenantQueue queue in _waiting[lane].Tenants)
            {
                if (queue.IsActive)
                {
                    into.Add(new ShareSnapshot(lane, queue.Tenant, queue.Weight, queue.Served, _waiting[lane].Served, queue.Running, queue.Waiting));
                }
            }
        }
    }

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
    public void CopyWaiting(List<Sequence> into)
    {
        foreach (Lane lane in Enum.GetValues<Lane>())
        {
            foreach (TenantQueue tenant in _waiting[lane].Tenants)
            {
                for (Sequence? sequence = tenant.First; sequence is not null; sequence = sequence.Next)
                {
                    into.Add(sequence);
                }
            }
        }
    }
}
