using Microsoft.AspNetCore.Diagnostics;
using MudBlazor.Services;
using TokenFactory.Api;
using TokenFactory.Api.Files;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Web.Access;
using TokenFactory.Web.Access.SignIn;
using TokenFactory.Web.Components;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Hosting.Tenants;
using TokenFactory.Web.Live;
using TokenFactory.Web.Policies;
using TokenFactory.Web.Settings;
using TokenFactory.Web.Tenants;
using TokenFactory.Web.Usages;
using TokenFactory.Web.Usages.Exports;

namespace TokenFactory.Web;

/// <summary>The composition root: one call for each subsystem.</summary>
public static class ConsoleApplication
{
    // A pasted prompt arrives as one message; the framework's 32 KiB would break the circuit.
    private const long MostMessageBytes = 4 * 1024 * 1024;

    /// <summary>Builds the host; the caller runs it.</summary>
    /// <param name="args">Command line options.</param>
    /// <param name="preConfigure">Called before the subsystems are added, so that a test may register its own parts first.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? preConfigure = null)
    {
        WebApplicationBuilder builder = CreateBuilder(args);
        preConfigure?.Invoke(builder);
        SettingsCheck.Demand(builder.Configuration);

        builder.Services.AddTokenFactoryApi(builder.Configuration);
        builder.Services.AddTraces(builder.Configuration);
        builder.Services.AddTenancyHosting();
        builder.Services.AddModelHosting(builder.Configuration);
        builder.Services.AddBackgroundExecution(provider => new FileFolder(provider.GetRequiredService<DataFolder>().Files));
        builder.Services.AddLiveData(builder.Configuration);
        builder.Services.AddPolicies();
        builder.Services.AddTenantPages();
        builder.Services.AddUsagePage();
        builder.Services.AddSingleton<SettingsReader>();
        builder.Services.AddAccess(builder.Configuration);
        AddComponents(builder.Services);

        WebApplication app = builder.Build();
        UsePages(app);
        app.MapTokenFactoryApi();
        return app;
    }

    private static WebApplicationBuilder CreateBuilder(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // A test's own assembly starts the host too: the assets' manifests are named after this one.
            ApplicationName = typeof(ConsoleApplication).Assembly.GetName().Name,
            ContentRootPath = ContentRoot.Find(AppContext.BaseDirectory),
        });
        // Development does this by itself; an unpublished build in Production would serve empty files.
        builder.WebHost.UseStaticWebAssets();
        return builder;
    }

    private static void AddComponents(IServiceCollection services)
    {
        services.AddMudServices();
        services.AddRazorComponents()
            .AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MostMessageBytes);
    }

    private static void UsePages(WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
        {
            app.UseExceptionHandler("/error", createScopeForErrors: true);
            app.UseHsts();
            app.Use(SecurePages.RequireHttps);
        }
        app.Use(SecurePages.AddHeaders);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use(KeepPagesFromApiClients);
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapSignIn();
        app.MapUsageExport().RequireAuthorization(nameof(Permission.ManageQuotas));
        // Who may frame a page is said with the rest of the policy.
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = null);
    }

    /// <summary>An API client gets the API's own errors, never a page.</summary>
    private static Task KeepPagesFromApiClients(HttpContext context, RequestDelegate next)
    {
        if (!SecurePages.IsPage(context) && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
        {
            pages.Enabled = false;
        }
        return next(context);
    }
}
