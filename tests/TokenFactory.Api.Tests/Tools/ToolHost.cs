using System.Text.Json;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Tests.Tools;

/// <summary>A host whose model says a given answer in a dialect, and what clients send to it.</summary>
internal static class ToolHost
{
    public const string Call = "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>";

    public static readonly object[] Weather = [Describe("get_weather")];

    public static readonly object[] Two = [Describe("get_weather"), Describe("add")];

    public static readonly object[] Hello = [new { role = "user", content = "hello" }];

    public static Task<ApiHost> StartAsync(ChatDialect dialect, string answer, IChatTemplate? template = null, TimeSpan step = default) => ApiHost.StartAsync(
        executor =>
        {
            executor.Says(answer);
            executor.StepTime = step;
        },
        dialect: dialect,
        template: template);

    public static object Describe(string name) =>
        new { type = "function", function = new { name, description = "does it", parameters = new { type = "object", properties = new { city = new { type = "string" } } } } };

    /// <summary>Joins the deltas of a streamed choice into the message that they make; fails where a delta is out of order.</summary>
    public static (string Content, string Reasoning, List<(string Id, string Name, string Arguments)> Calls, string Finish) Join(IEnumerable<JsonElement> chunks, int choice = 0)
    {
        (string content, string reasoning, string finish) = ("", "", "");
        List<(string Id, string Name, string Arguments)> calls = [];
        foreach (JsonElement part in chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).Where(part => part.GetProperty("index").GetInt32() == choice))
        {
            JsonElement delta = part.GetProperty("delta");
            content += delta.TryGetProperty("content", out JsonElement text) ? text.GetString() : "";
            reasoning += delta.TryGetProperty("reasoning_content", out JsonElement thought) ? thought.GetString() : "";
            finish += part.GetProperty("finish_reason").GetString();
            if (!delta.TryGetProperty("tool_calls", out JsonElement deltas))
            {
                continue;
            }
            JsonElement call = deltas[0];
            int index = call.GetProperty("index").GetInt32();
            JsonElement function = call.GetProperty("function");
            if (index == calls.Count)
            {
                calls.Add((call.GetProperty("id").GetString()!, function.GetProperty("name").GetString()!, ""));
            }
            Xunit.Assert.Equal(calls.Count - 1, index);
            calls[index] = calls[index] with { Arguments = calls[index].Arguments + function.GetProperty("arguments").GetString() };
        }
        return (content, reasoning, calls, finish);
    }
}
