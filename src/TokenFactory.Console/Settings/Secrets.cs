using System.Data.Common;

namespace TokenFactory.Web.Settings;

/// <summary>What of the configuration never leaves the process.</summary>
internal static class Secrets
{
    public const string Hidden = "set (hidden)";

    private static readonly string[] Words = ["password", "secret", "token", "apikey", "adminkey", "privatekey", "credential"];
    private static readonly string[] PasswordWords = ["password", "pwd"];

    /// <summary>Whether a text under this name is a secret. Told by the name, so that an option that comes later is hidden without a list to keep.</summary>
    public static bool IsSecret(string name) => Words.Any(word => name.EndsWith(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>A connection string without its passwords; <see cref="Hidden"/> where it cannot be read.</summary>
    public static string WithoutPasswords(string connection)
    {
        DbConnectionStringBuilder parts = new();
        try
        {
            parts.ConnectionString = connection;
        }
        catch (ArgumentException)
        {
            return Hidden;
        }
        foreach (string name in parts.Keys.Cast<string>().Where(name => PasswordWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))).ToList())
        {
            parts[name] = "***";
        }
        return parts.ConnectionString;
    }
}
