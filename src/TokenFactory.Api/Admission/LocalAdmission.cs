using Microsoft.AspNetCore.Http;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Admission;

/// <summary>Admission without keys: every request belongs to the tenant <c>local</c>, whatever key it carries.</summary>
internal sealed class LocalAdmission : IRequestAdmission
{
    private static readonly Caller Local = new("local", Weight: 1, Lane.Interactive);

    public ValueTask<Caller> IdentifyAsync(HttpContext context, string? bearerKey) => ValueTask.FromResult(Local);
}
