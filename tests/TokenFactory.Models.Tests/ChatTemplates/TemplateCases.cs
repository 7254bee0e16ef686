using System.Text.Json;
using TokenFactory.Models.ChatTemplates;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Models.Tests.ChatTemplates;

/// <summary>The recorded cases of shared/data/templates: names for the theories, and the elements behind them.</summary>
internal static class TemplateCases
{
    private const string Folder = "templates";

    private static readonly Dictionary<string, JsonElement[]> Files = [];

    /// <summary>One row for each case of a file: its index and a name; where the data is absent, one row that lets the test skip.</summary>
    public static TheoryData<int, string> Rows(string file, Func<JsonElement, string> name)
    {
        string path = Path.Combine(SharedData.RepositoryRoot, "..", "shared", "data", Folder, file);
        TheoryData<int, string> rows = [];
        if (!File.Exists(path))
        {
            rows.Add(0, "the data is absent");
            return rows;
        }
        foreach ((int index, JsonElement element) in Read(path).Index())
            rows.Add(index, name(element));
        return rows;
    }

    public static JsonElement Get(string file, int index) => Read(SharedData.Require(Path.Combine(Folder, file)))[index];

    /// <summary>The template that a case names.</summary>
    public static ChatTemplate Template(JsonElement element)
    {
        string name = element.GetProperty("template").GetString()!;
        return ChatTemplate.Parse(File.ReadAllText(SharedData.Require(Path.Combine(Folder, name))), name);
    }

    /// <summary>The input of a case: every property that is not part of the test itself is a variable.</summary>
    public static ChatTemplateInput Input(JsonElement element)
    {
        string[] notVariables =
            ["template", "name", "case", "note", "expected", "expected_error", "now", "messages", "tools", "add_generation_prompt", "bos_token", "eos_token"];
        return new ChatTemplateInput
        {
            Messages = TemplateValue.FromJson(element.GetProperty("messages")),
            Tools = element.TryGetProperty("tools", out JsonElement tools) ? TemplateValue.FromJson(tools) : null,
            AddGenerationPrompt = element.GetProperty("add_generation_prompt").GetBoolean(),
            BosToken = element.GetProperty("bos_token").GetString(),
            EosToken = element.GetProperty("eos_token").GetString(),
            Variables = element.EnumerateObject()
                .Where(property => !notVariables.Contains(property.Name))
                .ToDictionary(property => property.Name, property => TemplateValue.FromJson(property.Value)),
            Clock = element.TryGetProperty("now", out JsonElement now) ? new FixedClock(now.GetDateTime()) : TimeProvider.System,
        };
    }

    private static JsonElement[] Read(string path)
    {
        string key = Path.GetFileName(path);
        lock (Files)
        {
            if (!Files.TryGetValue(key, out JsonElement[]? elements))
            {
                using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
                elements = [.. document.RootElement.Clone().EnumerateArray()];
                Files.Add(key, elements);
            }
            return elements;
        }
    }
}

/// <summary>A clock that stands at one local time.</summary>
internal sealed class FixedClock(DateTime local) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(DateTime.SpecifyKind(local, DateTimeKind.Utc));
}
