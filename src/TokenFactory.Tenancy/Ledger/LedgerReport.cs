namespace TokenFactory.Tenancy.Ledger;

/// <summary>What a check of the whole ledger found.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="Days">Days with rows.</param>
/// <param name="Head">
/// The last row's hash in hexadecimal. Kept elsewhere, it also shows whether the newest rows were cut off together with their day.
/// </param>
/// <param name="Problems">What is wrong, each in words; empty where nothing is.</param>
public sealed record LedgerReport(long Rows, int Days, string Head, IReadOnlyList<string> Problems)
{
    public bool IsWhole => Problems.Count == 0;
}
