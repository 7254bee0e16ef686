using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Web.Hosting;

/// <summary>The commands <c>ledger verify</c> and <c>ledger rebuild</c>. They work beside a running server.</summary>
internal static class LedgerCommand
{
    private const int NotWhole = 2;

    /// <summary>Checks every row and says what was found; exit code 2 where the ledger is not whole.</summary>
    public static async Task<int> VerifyAsync(TenancyDatabase database)
    {
        await RequireSchemaAsync(database);
        LedgerReport report = await new LedgerVerifier(database).VerifyAsync();
        foreach (string problem in report.Problems)
        {
            await Console.Error.WriteLineAsync(problem);
        }
        Console.WriteLine(FormattableString.Invariant(
            $"The ledger is {(report.IsWhole ? "whole" : "NOT whole")}: {report.Rows} rows on {report.Days} days, head {report.Head}"));
        return report.IsWhole ? 0 : NotWhole;
    }

    /// <summary>Makes the sums again from the rows.</summary>
    public static async Task<int> RebuildAsync(TenancyDatabase database)
    {
        await RequireSchemaAsync(database);
        await new LedgerMaintenance(database).RebuildAsync();
        Console.WriteLine("The sums by hour, day and month were made again from the rows.");
        return 0;
    }

    private static async Task RequireSchemaAsync(TenancyDatabase database)
    {
        await using TenancyDbContext context = database.Open();
        if (!await context.Database.CanConnectAsync())
        {
            throw new StartupException("There is no ledger here yet. Name the data folder with --data FOLDER, or start the server once.");
        }
        if ((await context.Database.GetPendingMigrationsAsync()).Any())
        {
            throw new StartupException("The database is of an older version. Start the server once; it brings it up to date.");
        }
    }
}
