using System.Text.Json;
using TokenFactory.Models;

namespace TokenFactory.Tests.Shared.Models;

/// <summary>The trained small model and its greedy outputs, made by two independent forward passes.</summary>
internal static class GoldenCases
{
    public static ModelFolder Folder() => ModelFolder.Open(SharedData.Require("models/TinyStories-656K"));

    public static List<(int[] Prompt, int[] Output)> Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("models/TinyStories-656K/golden-greedy.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(item => (Ids(item, "prompt_ids"), Ids(item, "output_ids")))];
    }

    private static int[] Ids(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
