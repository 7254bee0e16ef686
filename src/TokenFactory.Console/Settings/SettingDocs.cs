using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace TokenFactory.Web.Settings;

/// <summary>What an option does: its own docstring, which the compiler writes beside the assembly. One text for readers of the code and of the page.</summary>
internal static partial class SettingDocs
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, string>> Files = new();

    /// <summary>Plain text; empty where the option has no docstring, or the file beside the assembly was left out.</summary>
    public static string Describe(PropertyInfo property) =>
        Files.GetOrAdd(property.DeclaringType!.Assembly, Load).GetValueOrDefault($"P:{property.DeclaringType.FullName}.{property.Name}", "");

    private static Dictionary<string, string> Load(Assembly assembly)
    {
        string file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        return !File.Exists(file)
            ? []
            : XDocument.Load(file).Descendants("member")
                .Where(member => (string?)member.Attribute("name") is ['P', ..] && member.Element("summary") is not null)
                .ToDictionary(member => (string)member.Attribute("name")!, member => Flatten(member.Element("summary")!));
    }

    private static string Flatten(XElement summary) => Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement element when (string?)element.Attribute("cref") is { } cref => cref[(cref.LastIndexOf('.') + 1)..],
        XElement element when (string?)element.Attribute("langword") is { } word => word,
        XElement element => element.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
