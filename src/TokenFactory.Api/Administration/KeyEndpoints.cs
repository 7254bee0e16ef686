using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Administration.Wire;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;

namespace TokenFactory.Api.Administration;

/// <summary><c>/admin/v1/keys</c>. A new key's text is in the answer that makes it, and nowhere else.</summary>
internal sealed class KeyEndpoints(TenantAdministration administration, TenantDirectory directory, AdminGate gate, TimeProvider clock)
{
    private static readonly TimeSpan UsualOverlap = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(366);

    public Task ListAsync(HttpContext context, string actor)
    {
        string tenant = context.Request.Query["tenant"].ToString();
        Guid? only = tenant.Length == 0 ? null : FindTenant(tenant);
        return AdminJson.WriteListAsync(
            context, directory.Keys.Where(key => only is null || key.TenantId == only).Select(key => View(key)), AdminJson.Context.ListingKeyView);
    }

    public Task ShowAsync(HttpContext context, string actor) => AnswerAsync(context, Find(context));

    public async Task CreateAsync(HttpContext context, string actor)
    {
        KeyBody body = await AdminJson.ReadAsync(context, AdminJson.Context.KeyBody);
        if (body.Admin == body.Tenant is not null)
        {
            throw ApiException.Invalid("A key needs either a tenant, or admin set to true.", "tenant");
        }
        if (body.Admin)
        {
            gate.Demand(context, Permission.Administer);
        }
        await AnswerAsync(context, await administration.CreateKeyAsync(actor, body.ToKey(body.Tenant is { } name ? FindTenant(name) : null), null, context.RequestAborted));
    }

    public async Task RotateAsync(HttpContext context, string actor)
    {
        RotationBody body = await AdminJson.ReadAsync(context, AdminJson.Context.RotationBody);
        if (body.OverlapSeconds is { } seconds && !(seconds >= 0 && seconds <= LongestOverlap.TotalSeconds))
        {
            throw ApiException.Invalid($"overlap_seconds must be from 0 to {LongestOverlap.TotalSeconds}.", "overlap_seconds");
        }
        ApiKey key = FindToChange(context);
        TimeSpan overlap = body.OverlapSeconds is { } given ? TimeSpan.FromSeconds(given) : UsualOverlap;
        await AnswerAsync(context, await administration.RotateKeyAsync(actor, key.Id, overlap, context.RequestAborted));
    }

    public async Task RevokeAsync(HttpContext context, string actor) =>
        await AnswerAsync(context, await administration.RevokeKeyAsync(actor, FindToChange(context).Id, context.RequestAborted));

    private ApiKey Find(HttpContext context)
    {
        string id = AdminPaths.Segment(context, "key");
        return (Guid.TryParse(id, out Guid key) ? directory.Keys.FirstOrDefault(one => one.Id == key) : null)
            ?? throw ApiException.NotFound($"There is no key {AdminPaths.Shown(id)}: a path names it by its id.");
    }

    /// <summary>Who may keep tenants may not make themselves an administrator.</summary>
    private ApiKey FindToChange(HttpContext context)
    {
        ApiKey key = Find(context);
        if (key.IsAdmin)
        {
            gate.Demand(context, Permission.Administer);
        }
        return key;
    }

    private Guid FindTenant(string name) =>
        directory.FindTenant(name)?.Id ?? throw ApiException.Invalid($"There is no tenant {AdminPaths.Shown(name)}: see /admin/v1/tenants.", "tenant");

    private KeyView View(ApiKey key, string? text = null) => KeyView.Of(key, directory.Tenants, clock.GetUtcNow(), text);

    private Task AnswerAsync(HttpContext context, ApiKey key) => ApiJson.WriteAsync(context, View(key), AdminJson.Context.KeyView);

    private Task AnswerAsync(HttpContext context, NewKey created)
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.CacheControl = "no-store";
        return ApiJson.WriteAsync(context, View(created.Key, created.Text), AdminJson.Context.KeyView);
    }
}
