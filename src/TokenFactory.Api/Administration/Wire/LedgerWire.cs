using System.Text.Json;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Api.Administration.Wire;

/// <summary>What a check of the ledger found.</summary>
internal sealed record LedgerView(bool Whole, long Rows, int Days, string Head, IReadOnlyList<string> Problems);

/// <summary>A change that somebody made.</summary>
internal sealed record AuditView(DateTimeOffset At, string Actor, string Action, string Subject, JsonElement? Before, JsonElement? After)
{
    public static AuditView Of(AuditEntry entry) => new(entry.At, entry.Actor, entry.Action, entry.Subject, Parse(entry.Before), Parse(entry.After));

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}
