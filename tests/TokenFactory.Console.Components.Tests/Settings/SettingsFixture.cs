using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Api;
using TokenFactory.Web.Access;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live;

namespace TokenFactory.Web.Tests.Settings;

/// <summary>A configuration as the host reads it: a file, the environment, the command line; and the options bound to it.</summary>
internal static class SettingsFixture
{
    public static IConfigurationRoot Configure(string json, params string[] arguments)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("tf-settings-").FullName, "appsettings.json");
        File.WriteAllText(file, json, Encoding.UTF8);
        return new ConfigurationBuilder().AddJsonFile(file, optional: false, reloadOnChange: false).AddEnvironmentVariables().AddCommandLine(arguments).Build();
    }

    public static IServiceCollection AddOptionsFrom(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(configuration)
        .Configure<TokenFactoryOptions>(configuration.GetSection(TokenFactoryOptions.Section))
        .Configure<AccessOptions>(configuration.GetSection(AccessOptions.Section))
        .Configure<ApiOptions>(configuration.GetSection(ApiOptions.Section))
        .Configure<LiveOptions>(configuration.GetSection(LiveOptions.Section))
        .Configure<TelemetryOptions>(configuration.GetSection(TelemetryOptions.Section));
}
