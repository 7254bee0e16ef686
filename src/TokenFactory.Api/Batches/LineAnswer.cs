using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TokenFactory.Api.Batches;

/// <summary>What an endpoint answered to a line.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="RequestId">The id under which logs know the request.</param>
/// <param name="RetryAfter">When a retry may succeed, where the answer says so.</param>
/// <param name="Body">The body, JSON.</param>
internal sealed record LineAnswer(int Status, string RequestId, TimeSpan? RetryAfter, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => Status == StatusCodes.Status200OK;

    /// <summary>The error's stable name; null for none.</summary>
    public string? Code
    {
        get
        {
            if (IsSuccess)
            {
                return null;
            }
            using JsonDocument document = JsonDocument.Parse(Body);
            return document.RootElement.GetProperty("error").GetProperty("code").GetString();
        }
    }

    public static LineAnswer Of(HttpContext context, ReadOnlyMemory<byte> body) => new(
        context.Response.StatusCode,
        context.TraceIdentifier,
        long.TryParse(context.Response.Headers["retry-after-ms"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null,
        body);
}
