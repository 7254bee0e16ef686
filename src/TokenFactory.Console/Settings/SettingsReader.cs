using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Settings;

/// <summary>Lists every option with its value, where it was set and what it does.</summary>
internal sealed class SettingsReader(IConfiguration configuration, IServiceProvider services)
{
    /// <summary>The options, section by section.</summary>
    public IReadOnlyList<Setting> Read() =>
    [
        .. HostSetting.All.SelectMany(ReadHost),
        .. SettingSection.All.SelectMany(section => OptionShape
            .Values(section.Path, section.Read(services), Activator.CreateInstance(section.Options)!).Select(Describe)),
    ];

    /// <summary>Keys that nothing reads.</summary>
    public IReadOnlyList<UnknownKey> FindUnknown() => UnknownKeys.Find(configuration);

    private IEnumerable<Setting> ReadHost(HostSetting setting) => setting.IsOpen
        ? configuration.GetSection(setting.Key).AsEnumerable().Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
            .Select(pair => Of(pair.Key, pair.Value, null, setting.Description))
        : [Of(setting.Key, configuration[setting.Key] ?? setting.Default, setting.Default, setting.Description)];

    private Setting Describe(OptionValue option)
    {
        Setting setting = Of(option.Key, option.Value, option.Default, SettingDocs.Describe(option.Property));
        return setting with { IsPending = IsPending(option) };
    }

    private Setting Of(string key, object? value, object? preset, string description) =>
        new(key, Show(key, value), Setting.Text(preset), SettingSource.Find(configuration, key) ?? Setting.FromDefault, description);

    private static string Show(string key, object? value)
    {
        string name = key[(key.LastIndexOf(':') + 1)..];
        return value switch
        {
            string { Length: > 0 } when Secrets.IsSecret(name) => Secrets.Hidden,
            string { Length: > 0 } text when name == nameof(TokenFactoryOptions.Database) => Secrets.WithoutPasswords(text),
            _ => Setting.Text(value),
        };
    }

    /// <summary>Files are read again when they change; what the process took from them at its start is not.</summary>
    private bool IsPending(OptionValue option)
    {
        if (configuration[option.Key] is not { } written)
        {
            return false;
        }
        return SettingsCheck.TryConvert(option.Value?.GetType() ?? typeof(string), written, out object? now) && !Equals(now, option.Value ?? "");
    }
}
