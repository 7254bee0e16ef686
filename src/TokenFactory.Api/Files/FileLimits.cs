namespace TokenFactory.Api.Files;

/// <summary>Bounds of what tenants upload.</summary>
public sealed class FileLimits
{
    /// <summary>Longest file in bytes; longer ones are answered with 413.</summary>
    public long MaxFileBytes { get; set; } = 200 * 1024 * 1024;

    /// <summary>What all files of a tenant may hold together, in bytes, answers of its batches included; an upload beyond it is answered with 400.</summary>
    public long MaxTenantBytes { get; set; } = 10L * 1024 * 1024 * 1024;

    internal IEnumerable<(string Key, long Value)> Values =>
        [($"{nameof(ApiOptions.Files)}:{nameof(MaxFileBytes)}", MaxFileBytes), ($"{nameof(ApiOptions.Files)}:{nameof(MaxTenantBytes)}", MaxTenantBytes)];
}
