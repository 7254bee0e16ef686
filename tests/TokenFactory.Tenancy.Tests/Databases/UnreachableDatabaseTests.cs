using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Databases;

/// <summary>Whatever is read of a database that cannot be reached says so in words.</summary>
public sealed class UnreachableDatabaseTests
{
    private static readonly TenancyDatabase Nowhere = TenancyDatabase.At("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2");
    private static readonly UsageQuery Everything = new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    public static TheoryData<string> Readings => [.. Works.Keys];

    private static Dictionary<string, Func<CancellationToken, Task>> Works { get; } = new()
    {
        ["sums"] = stop => new UsageReader(Nowhere).ReadAsync(Everything, UsagePeriod.Day, stop),
        ["fold"] = stop => new UsageReader(Nowhere).FoldAsync(Everything, UsagePeriod.Day, _ => { }, stop),
        ["first day"] = stop => new UsageReader(Nowhere).FirstDayAsync(Everything, stop),
        ["total"] = stop => new UsageReader(Nowhere).TotalAsync(Guid.Empty, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), stop),
        ["rows as CSV"] = stop => new UsageExport(Nowhere).WriteCsvAsync(Stream.Null, Everything, stop),
        ["rows as JSON lines"] = stop => new UsageExport(Nowhere).WriteJsonLinesAsync(Stream.Null, Everything, stop),
        ["audit"] = stop => new AuditTrail(Nowhere, TimeProvider.System).ReadAsync(1, cancellation: stop),
        ["prices"] = stop => new PriceBook(Nowhere, TimeProvider.System).ReadAsync(stop),
    };

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Reading_ServerNotThere_SaysSo(string reading) => Assert.Contains(
        "cannot be reached",
        (await Assert.ThrowsAsync<DatabaseUnavailableException>(() => Works[reading](TestContext.Current.CancellationToken))).Message);
}
