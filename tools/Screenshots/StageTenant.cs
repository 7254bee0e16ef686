namespace TokenFactory.Screenshots;

/// <summary>A tenant of the pictures.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Lane">The lane it mostly uses.</param>
/// <param name="Share">Its part of all requests, from 0 to 1.</param>
/// <param name="Clients">How many of its clients ask at once.</param>
internal sealed record StageTenant(string Name, string Plan, string Lane, double Share, int Clients)
{
    public static IReadOnlyList<StageTenant> All { get; } =
    [
        new("support-desk", "business", "interactive", 0.40, 4),
        new("search-team", "business", "interactive", 0.25, 3),
        new("code-agents", "agents", "agentic", 0.20, 4),
        new("night-reports", "batch", "batch", 0.10, 4),
        new("university-lab", "small", "interactive", 0.05, 1),
    ];
}
