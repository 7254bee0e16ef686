using System.Collections.Concurrent;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// Formats that are held to. Each expression gives valid values only, and the usual ones rather than all: no leap seconds, offsets to
/// 14 hours, no quoted mailboxes, no international names. Other formats are annotations and say nothing.
/// </summary>
internal static class FormatLanguages
{
    private const string Year = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9]{3})";
    private const string LeapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";
    private const string Date = $"(?:{Year}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|{LeapYear}-02-29)";
    private const string Time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:Z|[+\\-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))";
    private const string Label = "[A-Za-z0-9]{1,12}(?:-[A-Za-z0-9]{1,12}){0,3}";
    private const string TopLabel = "[A-Za-z]{2,12}";
    private const string Host = $"(?:{Label}\\.){{0,3}}{TopLabel}";
    private const string Octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private const string Ipv4 = $"(?:{Octet}\\.){{3}}{Octet}";
    private const string Group = "[0-9A-Fa-f]{1,4}";
    private const string UriCharacter = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";

    private static readonly Dictionary<string, string> Expressions = new(StringComparer.Ordinal)
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["duration"] = "P(?:[0-9]{1,4}W|(?:[0-9]{1,4}Y(?:[0-9]{1,4}M(?:[0-9]{1,4}D)?)?|[0-9]{1,4}M(?:[0-9]{1,4}D)?|[0-9]{1,4}D)(?:T(?:[0-9]{1,4}H(?:[0-9]{1,4}M(?:[0-9]{1,4}S)?)?|[0-9]{1,4}M(?:[0-9]{1,4}S)?|[0-9]{1,4}S))?|T(?:[0-9]{1,4}H(?:[0-9]{1,4}M(?:[0-9]{1,4}S)?)?|[0-9]{1,4}M(?:[0-9]{1,4}S)?|[0-9]{1,4}S))",
        ["uuid"] = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        ["email"] = $"[A-Za-z0-9]{{1,12}}(?:[._+\\-][A-Za-z0-9]{{1,12}}){{0,3}}@(?:{Label}\\.){{1,3}}{TopLabel}",
        ["hostname"] = Host,
        ["ipv4"] = Ipv4,
        ["ipv6"] = Ipv6(),
        ["uri"] = $"[A-Za-z][A-Za-z0-9+\\-.]{{0,15}}://{Host}(?::[0-9]{{1,4}})?(?:/{UriCharacter}*)*(?:\\?(?:{UriCharacter}|[/?])*)?(?:#(?:{UriCharacter}|[/?])*)?",
    };

    private static readonly ConcurrentDictionary<string, CodePointDfa> Languages = new(StringComparer.Ordinal);

    public static bool IsKnown(string format) => Expressions.ContainsKey(format);

    /// <summary>The language of a known format; each is made once a process.</summary>
    public static CodePointDfa LanguageOf(string format) => Languages.GetOrAdd(
        format, static name => CodePointDfa.FromRegex(Expressions[name], isSearch: false, "", new CompileBudget(ConstraintLimits.Default, CancellationToken.None)));

    /// <summary>Eight groups, or fewer on both sides of one double colon (RFC 4291, without embedded IPv4).</summary>
    private static string Ipv6()
    {
        List<string> forms = [$"(?:{Group}:){{7}}{Group}"];
        for (int before = 0; before <= 6; before++)
        {
            string left = before == 0 ? "" : $"(?:{Group}:){{{before - 1}}}{Group}";
            int most = 6 - before;
            string right = most == 0 ? "" : $"(?:{Group}(?::{Group}){{0,{most - 1}}})?";
            forms.Add($"{left}::{right}");
        }
        return string.Join('|', forms);
    }
}
