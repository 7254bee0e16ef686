namespace TokenFactory.Engine.Tests.Scheduling;

/// <summary>How alike shares are.</summary>
internal static class Fairness
{
    /// <summary>Jain's index, (Σx)² / (n·Σx²): 1 where all are alike, 1/n where one has everything.</summary>
    public static double Jain(IReadOnlyList<double> shares) => shares.Sum() * shares.Sum() / (shares.Count * shares.Sum(share => share * share));
}
