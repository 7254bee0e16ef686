namespace TokenFactory.Web.Playground;

/// <summary>Registers the playground.</summary>
internal static class PlaygroundServices
{
    public static IServiceCollection AddPlayground(this IServiceCollection services) => services;
}
