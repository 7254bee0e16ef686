using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;

namespace TokenFactory.Api.Administration;

/// <summary>Lets administrators in. Every path under <c>/admin/v1</c> needs an administrator's key whose role allows it, in Development too.</summary>
internal sealed class AdminGate(TenantDirectory directory)
{
    /// <summary>A handler that runs only for an administrator who may do this; the name of the key is the actor in the audit.</summary>
    public RequestDelegate Guard(Permission permission, Func<HttpContext, string, Task> handler) =>
        context => handler(context, Demand(context, permission).Name);

    /// <summary>The administrator's key of a request.</summary>
    /// <exception cref="ApiException">There is none, or its role does not allow this.</exception>
    public ApiKey Demand(HttpContext context, Permission permission)
    {
        if (BearerKey.Read(context.Request) is not { } text)
        {
            throw KeyErrors.Missing();
        }
        KeyVerdict verdict = directory.JudgeAdmin(text, out ApiKey? key);
        if (key is null)
        {
            throw directory.Judge(text, out _) == KeyVerdict.Valid
                ? ApiException.Forbidden("This is a tenant's key; the administration needs an administrator's.", "not_an_administrator")
                : KeyErrors.From(verdict);
        }
        return key.Allows(permission)
            ? key
            : throw ApiException.Forbidden($"This needs an administrator's key of the role {ConsoleRoles.Describe(permission)}.", "role_not_sufficient");
    }
}
