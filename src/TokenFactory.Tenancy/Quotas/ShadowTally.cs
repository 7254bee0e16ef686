namespace TokenFactory.Tenancy.Quotas;

/// <summary>What limits on trial would have done: "would have refused 41 of 9,200". Guarded by the account's lock.</summary>
internal sealed class ShadowTally
{
    private readonly long[] _refused = new long[Enum.GetValues<LimitName>().Length];

    /// <summary>Requests that were admitted.</summary>
    public long Admitted { get; private set; }

    /// <summary>Of those, how many a limit on trial would have refused.</summary>
    public long this[LimitName limit] => _refused[(int)limit];

    public void Count(ShadowHits hits)
    {
        Admitted++;
        for (int i = 0; hits.Mask != 0 && i < _refused.Length; i++)
        {
            _refused[i] += hits.Has((LimitName)i) ? 1 : 0;
        }
    }
}
