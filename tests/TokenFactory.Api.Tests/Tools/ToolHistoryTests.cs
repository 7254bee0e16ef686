using System.Net;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using Xunit;

namespace TokenFactory.Api.Tests.Tools;

/// <summary>What chat templates are given: calls and results of earlier turns, tools, and variables.</summary>
public sealed class ToolHistoryTests
{
    [Fact]
    public async Task Post_CallsInTheHistory_ReachTheTemplateAsObjects()
    {
        RecordingTemplate template = new();
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "Sunny.", template);

        await Answers.ReadAsync(await host.PostJsonAsync("/v1/chat/completions", """
            {"messages": [
              {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
              {"role": "assistant", "content": null, "refusal": null, "reasoning_content": "hm", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\": \"Päris\", \"days\": [1, 2.0]}"}},
                {"id": "c2", "type": "function", "function": {"name": "add", "arguments": "{\"a\": "}},
                {"id": "c3", "type": "function", "function": {"name": "add", "arguments": ""}},
                {"id": "c4", "type": "function", "function": {"name": "add", "arguments": "{\"a\": \"\\ud800\"}"}}]},
              {"role": "tool", "tool_call_id": "c1", "content": "21"}],
             "tools": [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]}
            """));

        JsonElement[] messages = [.. template.Messages.EnumerateArray()];
        JsonElement[] arguments = [.. messages[1].GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("function").GetProperty("arguments"))];
        Assert.Equal("a\nb", messages[0].GetProperty("content").GetString());
        Assert.Equal("", messages[1].GetProperty("content").GetString());
        Assert.Equal("hm", messages[1].GetProperty("thinking").GetString());
        Assert.False(messages[1].TryGetProperty("refusal", out _));
        Assert.Equal("{\"city\":\"Päris\",\"days\":[1,2.0]}", arguments[0].GetRawText().Replace(" ", ""));
        Assert.Equal([JsonValueKind.Object, JsonValueKind.String, JsonValueKind.Object, JsonValueKind.String], arguments.Select(argument => argument.ValueKind));
        Assert.Equal("{\"a\": ", arguments[1].GetString());
        Assert.Equal(("c1", "21"), (messages[2].GetProperty("tool_call_id").GetString(), messages[2].GetProperty("content").GetString()));
        Assert.Equal("get_weather", template.Tools!.Value[0].GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Post_ArgumentsNestedAsDeepAsABody_AreNoFailure()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "x", new RecordingTemplate());
        string deep = string.Concat(Enumerable.Repeat("{\\\"a\\\":", 63)) + "1" + new string('}', 63);

        await Answers.ReadAsync(await host.PostJsonAsync(
            "/v1/chat/completions",
            $"{{\"messages\":[{{\"role\":\"assistant\",\"tool_calls\":[{{\"id\":\"c\",\"type\":\"function\",\"function\":{{\"name\":\"add\",\"arguments\":\"{deep}\"}}}}]}}]}}"));
    }

    [Theory]
    [InlineData("{\"role\":\"assistant\",\"tool_calls\":7}")]
    [InlineData("{\"role\":\"assistant\",\"tool_calls\":[7]}")]
    [InlineData("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\"}]}")]
    [InlineData("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"arguments\":\"{}\"}}]}")]
    [InlineData("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":7}}]}")]
    [InlineData("{\"role\":\"assistant\",\"function_call\":{\"name\":\"a\",\"arguments\":\"{}\"}}")]
    [InlineData("{\"role\":\"tool\",\"tool_call_id\":\"c\"}")]
    public async Task Post_MalformedHistory_Is400AndNamesMessages(string message)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "x", new RecordingTemplate());

        JsonElement error = await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/chat/completions", $"{{\"messages\":[{message}]}}"), HttpStatusCode.BadRequest);

        Assert.Equal("messages", error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("\"reasoning_effort\":\"low\"", "reasoning_effort=\"low\"")]
    [InlineData("\"reasoning_effort\":\"none\"", "enable_thinking=false;reasoning_effort=\"none\"")]
    [InlineData("\"reasoning_effort\":\"none\",\"chat_template_kwargs\":{\"enable_thinking\":true}", "enable_thinking=true;reasoning_effort=\"none\"")]
    [InlineData("\"chat_template_kwargs\":{\"enable_thinking\":false}", "enable_thinking=false")]
    public async Task Post_ReasoningFields_ReachTheTemplate(string fields, string variables)
    {
        RecordingTemplate template = new();
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, "x", template);

        await Answers.ReadAsync(await host.PostJsonAsync("/v1/chat/completions", $"{{\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}}],{fields}}}"));

        Assert.Equal(variables, string.Join(';', template.Variables.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
    }
}
