using System.Globalization;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Administration.Wire;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Api.Administration;

/// <summary><c>/admin/v1/ledger/verify</c> and <c>/admin/v1/audit</c>.</summary>
internal sealed class LedgerEndpoints(TenancyDatabase database, AuditTrail audit)
{
    private const int UsualEntries = 100;
    private const int MostEntries = 1000;

    public async Task VerifyAsync(HttpContext context, string actor)
    {
        LedgerReport report = await new LedgerVerifier(database).VerifyAsync(context.RequestAborted);
        await ApiJson.WriteAsync(
            context, new LedgerView(report.IsWhole, report.Rows, report.Days, report.Head, report.Problems), AdminJson.Context.LedgerView);
    }

    public async Task ListAuditAsync(HttpContext context, string actor)
    {
        string text = context.Request.Query["limit"].ToString();
        int count = UsualEntries;
        if (text.Length > 0 && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MostEntries))
        {
            throw ApiException.Invalid($"limit must be from 1 to {MostEntries}.", "limit");
        }
        IReadOnlyList<AuditEntry> entries = await audit.ReadAsync(count, cancellation: context.RequestAborted);
        await AdminJson.WriteListAsync(context, entries.Select(AuditView.Of), AdminJson.Context.ListingAuditView);
    }
}
