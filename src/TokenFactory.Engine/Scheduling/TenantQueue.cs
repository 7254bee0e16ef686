using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>
/// A tenant's waiting sequences in one lane, first come first served, and its virtual token counter: tokens served, divided by weight
/// ("Fairness in Serving Large Language Models", OSDI 2024). The tenant with the lowest counter goes next.
/// </summary>
internal sealed class TenantQueue(string tenant, Lane lane)
{
    private Sequence? _last;

    public string Tenant { get; } = tenant;

    public Lane Lane { get; } = lane;

    /// <summary>Share against the lane's other tenants.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>Weighted tokens served; lifted to the lane's least active counter when the tenant returns from idleness.</summary>
    public double Served { get; set; }

    /// <summary>Sequences that hold a row.</summary>
    public int Running { get; set; }

    public int Waiting { get; private set; }

    public Sequence? First { get; private set; }

    /// <summary>Whether the tenant has work in the lane, so that its counter counts among the active ones.</summary>
    public bool IsActive => Waiting > 0 || Running > 0;

    /// <summary>The counter less the credit for the first one's waiting; the lowest goes next.</summary>
    public double KeyAt(long now, double creditPerTick) => First is null ? Served : Served - (creditPerTick * Math.Max(0, now - First.ArrivedAt) / Weight);

    public void Charge(int tokens) => Served += tokens / Weight;

    /// <summary>Puts a sequence in its place by arrival; a new one comes last at once.</summary>
    public void AddInOrder(Sequence sequence)
    {
        Sequence? before = _last;
        while (before is not null && before.Id > sequence.Id)
        {
            before = before.Previous;
        }
        if (before is null)
        {
            AddFirst(sequence);
            return;
        }
        sequence.Previous = before;
        sequence.Next = before.Next;
        if (before.Next is null)
        {
            _last = sequence;
        }
        else
        {
            before.Next.Previous = sequence;
        }
        before.Next = sequence;
        Waiting++;
    }

    public void AddFirst(Sequence sequence)
    {
        sequence.Previous = null;
        sequence.Next = First;
        if (First is null)
        {
            _last = sequence;
        }
        else
        {
            First.Previous = sequence;
        }
        First = sequence;
        Waiting++;
    }

    public void Remove(Sequence sequence)
    {
        if (sequence.Previous is null)
        {
            First = sequence.Next;
        }
        else
        {
            sequence.Previous.Next = sequence.Next;
        }
        if (sequence.Next is null)
        {
            _last = sequence.Previous;
        }
        else
        {
            sequence.Next.Previous = sequence.Previous;
        }
        sequence.Previous = null;
        sequence.Next = null;
        Waiting--;
    }
}
