using Microsoft.Extensions.Options;
using TokenFactory.Api;
using TokenFactory.Web.Access;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live;

namespace TokenFactory.Web.Settings;

/// <summary>A part of the configuration that the product reads into an options class.</summary>
/// <param name="Path">The section's key, for instance <c>TokenFactory:SignIn</c>.</param>
/// <param name="Options">The options class.</param>
/// <param name="Read">The options as the running process holds them.</param>
/// <param name="FindProblems">What in them makes no sense, each in words that name the key.</param>
internal sealed record SettingSection(string Path, Type Options, Func<IServiceProvider, object> Read, Func<object, IEnumerable<string>> FindProblems)
{
    /// <summary>Every section there is. A test looks for sections that the sources read and that are not here.</summary>
    public static IReadOnlyList<SettingSection> All { get; } =
    [
        Of<TokenFactoryOptions>(TokenFactoryOptions.Section, options => options.FindProblems()),
        Of<AccessOptions>(AccessOptions.Section, options => options.FindProblems()),
        Of<ApiOptions>(ApiOptions.Section, options => options.FindProblems()),
        Of<LiveOptions>(LiveOptions.Section, options => options.FindProblems()),
        Of<TelemetryOptions>(TelemetryOptions.Section, _ => []),
    ];

    /// <summary>The section of a key, the innermost where sections lie in each other; null where none holds it.</summary>
    public static SettingSection? Find(string key) =>
        All.Where(section => key.StartsWith(section.Path + ':', StringComparison.OrdinalIgnoreCase)).MaxBy(section => section.Path.Length);

    private static SettingSection Of<T>(string path, Func<T, IEnumerable<string>> findProblems)
        where T : class => new(path, typeof(T), services => services.GetRequiredService<IOptions<T>>().Value, options => findProblems((T)options));
}
