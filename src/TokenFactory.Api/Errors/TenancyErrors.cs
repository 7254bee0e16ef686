using Microsoft.AspNetCore.Http;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Api.Errors;

/// <summary>What refused changes are over HTTP.</summary>
internal static class TenancyErrors
{
    /// <summary>When it is worth asking again for a database that does not answer.</summary>
    public static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(2);

    public static ApiException From(TenancyException refusal) => refusal.Problem switch
    {
        TenancyProblem.NotFound => new(StatusCodes.Status404NotFound, new ErrorBody(refusal.Message, ApiException.InvalidRequest, refusal.Field, "not_found")),
        TenancyProblem.Conflict => new(StatusCodes.Status409Conflict, new ErrorBody(refusal.Message, ApiException.InvalidRequest, refusal.Field, "conflict")),
        _ => ApiException.Invalid(refusal.Message, refusal.Field),
    };
}
