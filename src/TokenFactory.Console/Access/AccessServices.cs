namespace TokenFactory.Web.Access;

/// <summary>Registers who may do what.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddScoped<Visitor>();
        return services;
    }
}
