using Microsoft.AspNetCore.Http;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.Batches;

/// <summary>Says which refusals of a line pass by themselves, so that it waits rather than fails.</summary>
internal sealed class LinePatience(TenantDirectory directory)
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait until a line asks again: a plan may be changed, a model loaded and a tenant let in again sooner than was foretold.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long to wait before the line is sent again; null: the answer is final. Waited for are limits that begin anew, full queues,
    /// models that drain or do not serve now, a database that cannot be written, and suspended tenants. Final are limits that the line
    /// alone exceeds, keys that are revoked or expired, deleted tenants, models that the key may not use, and what an operator cancels.
    /// </summary>
    public TimeSpan? WaitAfter(LineAnswer answer, Batch batch, string? model)
    {
        if (answer.IsSuccess || !MayPass(answer, batch, model))
        {
            return null;
        }
        TimeSpan wait = answer.RetryAfter ?? Usual;
        return wait < Longest ? wait : Longest;
    }

    private bool MayPass(LineAnswer answer, Batch batch, string? model) => (answer.Status, answer.Code) switch
    {
        (StatusCodes.Status429TooManyRequests, _) => answer.RetryAfter is not null,
        (StatusCodes.Status503ServiceUnavailable, "request_cancelled" or "request_abandoned") => false,
        (StatusCodes.Status503ServiceUnavailable, _) => true,
        (StatusCodes.Status403Forbidden, "tenant_suspended") => true,
        (StatusCodes.Status404NotFound, "model_not_found") =>
            model is not null && directory.Judge(batch.KeyId, batch.TenantId, out KeyGrant? grant) == KeyVerdict.Valid && grant!.Allows(model),
        _ => false,
    };
}
