using TokenFactory.Engine.Loop;

namespace TokenFactory.Web.Policies;

/// <summary>Registers changes of batch policies.</summary>
internal static class PolicyServices
{
    public static IServiceCollection AddPolicies(this IServiceCollection services)
    {
        services.AddSingleton<LatencyHistory>();
        services.AddSingleton<IEngineObserver>(provider => provider.GetRequiredService<LatencyHistory>());
        services.AddSingleton<PolicyChanges>();
        services.AddHostedService<PolicyGuardService>();
        return services;
    }
}
