using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;

namespace TokenFactory.Api.Administration;

/// <summary>Lets administrators in. Every path under <c>/admin/v1</c> needs an administrator's key, in Development too.</summary>
internal sealed class AdminGate(TenantDirectory directory)
{
    /// <summary>A handler that runs only for an administrator; the name of the key is the actor in the audit.</summary>
    public RequestDelegate Guard(Func<HttpContext, string, Task> handler) => context =>
    {
        if (BearerKey.Read(context.Request) is not { } text)
        {
            throw KeyErrors.Missing();
        }
        KeyVerdict verdict = directory.JudgeAdmin(text, out ApiKey? key);
        if (key is not null)
        {
            return handler(context, key.Name);
        }
        throw directory.Judge(text, out _) == KeyVerdict.Valid
            ? ApiException.Forbidden("This is a tenant's key; the administration needs an administrator's.", "not_an_administrator")
            : KeyErrors.From(verdict);
    };
}
