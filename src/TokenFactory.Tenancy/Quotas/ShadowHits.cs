namespace TokenFactory.Tenancy.Quotas;

/// <summary>The limits on trial that would have refused a request.</summary>
/// <param name="Mask">A bit for each <see cref="LimitName"/>.</param>
internal readonly record struct ShadowHits(int Mask)
{
    public ShadowHits With(LimitName name) => new(Mask | (1 << (int)name));

    public bool Has(LimitName name) => (Mask & (1 << (int)name)) != 0;
}
