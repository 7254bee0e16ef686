using System.Text.Json;
using Microsoft.Extensions.Logging;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Responses;

namespace TokenFactory.Api.Responses;

/// <summary>Keeps responses for their tenants.</summary>
internal sealed partial class ResponseKeeper(ResponseBook book, TimeProvider clock, ILogger<ResponseKeeper> log)
{
    /// <summary>How long a response is kept.</summary>
    private static readonly TimeSpan Term = TimeSpan.FromDays(30);

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>
    /// Keeps a response that has ended, where that is asked for. What was computed is answered also where the database cannot be written:
    /// the response then says that it is not stored.
    /// </summary>
    public async Task<ResponseObject> KeepAsync(PreparedResponse prepared, ResponseObject ended)
    {
        if (!ended.Store)
        {
            return ended;
        }
        try
        {
            await book.AddAsync(RowOf(prepared, ended));
            return ended;
        }
        catch (Exception problem)
        {
            // Whatever it is: the answer was computed and counted.
            LogNotKept(ended.Id, problem.Message);
            return ended with { Store = false };
        }
    }

    /// <summary>
    /// Keeps a response that is only beginning. Nothing breaks this off: a row that was written all the same would stay open, and nothing would
    /// work on it.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be written.</exception>
    public Task OpenAsync(PreparedResponse prepared) => book.AddAsync(RowOf(prepared, prepared.Begun));

    private StoredResponse RowOf(PreparedResponse prepared, ResponseObject response)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return new StoredResponse
        {
            Id = response.Id,
            TenantId = prepared.Caller.Grant.Tenant.Id,
            PreviousId = response.PreviousResponseId,
            Input = JsonSerializer.Serialize(prepared.Input, ApiJson.Context.IReadOnlyListResponseItem),
            Body = JsonSerializer.Serialize(response, ApiJson.Context.ResponseObject),
            IsOpen = !response.HasEnded,
            CreatedAt = now,
            ExpiresAt = now + Term,
        };
    }

    [LoggerMessage(LogLevel.Warning, "The response {Response} could not be kept. {Problem}")]
    private partial void LogNotKept(string response, string problem);
}
