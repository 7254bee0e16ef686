namespace TokenFactory.Engine.Tests.Scheduling;

/// <summary>A tenant whose requests come at random times, whatever has become of the earlier ones.</summary>
/// <param name="Tenant">Its name.</param>
/// <param name="Weight">Its share against the others.</param>
/// <param name="RequestsPerSecond">Mean of a Poisson process.</param>
internal sealed record TenantLoad(string Tenant, double Weight, double RequestsPerSecond)
{
    private const int LeastPrompt = 20;
    private const int MostPrompt = 400;
    private const int LeastAnswer = 8;
    private const int MostAnswer = 160;

    /// <summary>Tokens of a request in the mean, prompt and answer.</summary>
    public const double MeanTokens = (LeastPrompt + MostPrompt + LeastAnswer + MostAnswer) / 2.0;

    /// <summary>The requests of so many seconds; the same seed gives the same ones.</summary>
    public IEnumerable<TenantRequest> Requests(double seconds, int seed)
    {
        Random random = new(seed);
        double at = 0;
        while (true)
        {
            at -= Math.Log(1 - random.NextDouble()) / RequestsPerSecond;
            if (at >= seconds)
            {
                yield break;
            }
            yield return new TenantRequest(this, at, random.Next(LeastPrompt, MostPrompt + 1), random.Next(LeastAnswer, MostAnswer + 1));
        }
    }
}

/// <summary>One request of a tenant.</summary>
/// <param name="Load">Whose it is.</param>
/// <param name="At">Arrival, in seconds.</param>
/// <param name="Prompt">Tokens of the prompt.</param>
/// <param name="Answer">Tokens of the answer.</param>
internal sealed record TenantRequest(TenantLoad Load, double At, int Prompt, int Answer);
