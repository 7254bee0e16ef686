using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Api.Tests.Tools;
using TokenFactory.Tenancy.Plans;
using Xunit;

namespace TokenFactory.Api.Tests.Messages;

/// <summary>Anthropic's Messages, as its clients send and read them.</summary>
public sealed class MessagesTests
{
    private const string Answer = "<think>\nhm\n</think>\n\nLet me look.\n" + ToolHost.Call;

    private static readonly object[] Tools = [new { name = "get_weather", description = "d", input_schema = new { type = "object" } }];

    [Fact]
    public async Task Post_Whole_GivesBlocksInOrderAndUsage()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, Answer);

        JsonElement answer = await Answers.ReadAsync(await PostAsync(host, new { model = "hash", max_tokens = 500, messages = ToolHost.Hello, tools = Tools }));

        JsonElement[] blocks = [.. answer.GetProperty("content").EnumerateArray()];
        Assert.Equal(("message", "assistant", "tool_use"), (Text(answer, "type"), Text(answer, "role"), Text(answer, "stop_reason")));
        Assert.StartsWith("msg_", Text(answer, "id"));
        Assert.Equal(["thinking", "text", "tool_use"], blocks.Select(block => Text(block, "type")));
        Assert.Equal(("hm", "Let me look.", "get_weather"), (Text(blocks[0], "thinking"), Text(blocks[1], "text"), Text(blocks[2], "name")));
        Assert.Equal("Paris", Text(blocks[2].GetProperty("input"), "city"));
        Assert.Equal(("user: hello\n".Length, Answer.Length + 1), (Usage(answer, "input_tokens"), Usage(answer, "output_tokens")));
    }

    [Fact]
    public async Task Post_Streamed_GivesTheProtocolsEventsInOrder()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, Answer);

        (string Name, JsonElement Data)[] events = await ReadEventsAsync(
            await PostAsync(host, new { max_tokens = 500, messages = ToolHost.Hello, tools = Tools, stream = true }));

        Assert.All(events, one => Assert.Equal(one.Name, Text(one.Data, "type")));
        Assert.Equal(("message_start", "ping", "message_delta", "message_stop"), (events[0].Name, events[1].Name, events[^2].Name, events[^1].Name));
        string shape = string.Join(' ', events[2..^2].Select(one => $"{one.Name["content_block_".Length..]}{one.Data.GetProperty("index").GetInt32()}"));
        Assert.Matches("^start0( delta0)+ stop0 start1( delta1)+ stop1 start2( delta2)+ stop2$", shape);
        Assert.Equal("hm", Join(events, "thinking"));
        Assert.Equal("Let me look.", Join(events, "text"));
        Assert.Equal("{\"city\": \"Paris\"}", Join(events, "partial_json"));
        JsonElement[] starts = [.. events.Where(one => one.Name == "content_block_start").Select(one => one.Data.GetProperty("content_block"))];
        Assert.Equal(("tool_use", "get_weather", "{}"), (Text(starts[2], "type"), Text(starts[2], "name"), starts[2].GetProperty("input").GetRawText()));
        Assert.Equal("tool_use", Text(events[^2].Data.GetProperty("delta"), "stop_reason"));
        Assert.Equal(Answer.Length + 1, Usage(events[^2].Data, "output_tokens"));
        Assert.Equal("user: hello\n".Length, Usage(events[0].Data.GetProperty("message"), "input_tokens"));
    }

    [Fact]
    public async Task Post_StopSequenceAndMaxTokens_SayWhichEndedIt()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "one two three");

        JsonElement stopped = await Answers.ReadAsync(await PostAsync(host, new { max_tokens = 50, messages = ToolHost.Hello, stop_sequences = new[] { "xx", " three" } }));
        JsonElement cut = await Answers.ReadAsync(await PostAsync(host, new { max_tokens = 3, messages = ToolHost.Hello }));
        JsonElement ended = await Answers.ReadAsync(await PostAsync(host, new { max_tokens = 50, messages = ToolHost.Hello }));

        Assert.Equal(("stop_sequence", " three", "one two"), (Text(stopped, "stop_reason"), Text(stopped, "stop_sequence"), Text(stopped.GetProperty("content")[0], "text")));
        Assert.Equal(("max_tokens", "one"), (Text(cut, "stop_reason"), Text(cut.GetProperty("content")[0], "text")));
        Assert.Equal(("end_turn", JsonValueKind.Null), (Text(ended, "stop_reason"), ended.GetProperty("stop_sequence").ValueKind));
    }

    [Fact]
    public async Task Post_History_ReachesTheTemplateAsAChat()
    {
        RecordingTemplate template = new();
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, "ok", template);

        await Answers.ReadAsync(await host.PostJsonAsync("/v1/messages", """
            {"max_tokens": 9, "thinking": {"type": "enabled", "budget_tokens": 1024}, "metadata": {"user_id": "u"},
             "system": [{"type": "text", "text": "Be", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "brief."}],
             "tools": [{"name": "add", "input_schema": {"type": "object"}}], "tool_choice": {"type": "auto"},
             "messages": [
               {"role": "user", "content": "hi"},
               {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "t"}, {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}}]},
               {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "3"}]}, {"type": "text", "text": "so?"}]}]}
            """));

        Assert.Equal(
            """[{"role":"system","content":"Be\nbrief."},{"role":"user","content":"hi"},{"role":"assistant","content":"t","reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"add","arguments":{"a":1}}}]},{"role":"tool","tool_call_id":"c1","content":"3"},{"role":"user","content":"so?"}]""",
            template.Messages.GetRawText().Replace("{\"a\": 1}", "{\"a\":1}"));
        Assert.Equal("true", template.Variables["enable_thinking"]);
        Assert.Equal("add", template.Tools!.Value[0].GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Post_ForcedTool_IsOpened()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Mistral, "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\":{\"city\": \"Paris\"}}]");

        JsonElement answer = await Answers.ReadAsync(await PostAsync(
            host, new { max_tokens = 99, messages = ToolHost.Hello, tools = Tools, tool_choice = new { type = "tool", name = "get_weather" } }));

        JsonElement block = answer.GetProperty("content").EnumerateArray().Single();
        Assert.Equal(("get_weather", "Paris"), (Text(block, "name"), Text(block.GetProperty("input"), "city")));
    }

    [Fact]
    public async Task Post_ArgumentsThatAreNoObject_ComeAsTheirText()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Mistral, "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\": {\"city\": }}]");

        JsonElement answer = await Answers.ReadAsync(await PostAsync(host, new { max_tokens = 99, messages = ToolHost.Hello, tools = Tools }));

        Assert.Equal("{\"city\": }", Text(answer.GetProperty("content").EnumerateArray().Single(), "input"));
    }

    [Fact]
    public async Task Count_GivesThePromptsTokensAndCountsNothing()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/messages/count_tokens", new { messages = ToolHost.Hello, system = "S" }));

        Assert.Equal("system: S\nuser: hello\n".Length, answer.GetProperty("input_tokens").GetInt32());
        Assert.Empty(await host.ReadLedgerAsync());
    }

    [Theory]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", "max_tokens")]
    [InlineData("{\"max_tokens\":5}", "messages")]
    [InlineData("{\"max_tokens\":5,\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}", "role")]
    [InlineData("{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\"}]}]}", "image")]
    [InlineData("{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\"}]}]}", "tool_use_id")]
    [InlineData("{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"y\"}]}", "assistant")]
    [InlineData("{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]}", "web_search_20250305")]
    [InlineData("{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tool_choice\":{\"type\":\"maybe\"}}", "tool_choice")]
    [InlineData("{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"thinking\":{\"type\":\"maybe\"}}", "thinking")]
    [InlineData("{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"mcp_servers\":[]}", "mcp_servers")]
    [InlineData("not json", "JSON")]
    public async Task Post_Malformed_Is400InAnthropicsForm(string json, string named)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "x");

        using HttpResponseMessage response = await host.PostJsonAsync("/v1/messages", json);

        JsonElement body = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(("error", "invalid_request_error"), (Text(body, "type"), Text(body.GetProperty("error"), "type")));
        Assert.Contains(named, Text(body.GetProperty("error"), "message"));
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), Text(body, "request_id"));
    }

    [Fact]
    public async Task Post_KeyInItsOwnHeader_IsTheTenantsAndMetered()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "four");
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(40) }));
        using HttpClient client = new() { BaseAddress = host.Client.BaseAddress };
        client.DefaultRequestHeaders.Add("x-api-key", tenant.Key.Text);
        client.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
        object body = new { max_tokens = 20, messages = ToolHost.Hello };

        JsonElement answer = await Answers.ReadAsync(await client.PostAsJsonAsync("/v1/messages", body, TestContext.Current.CancellationToken));
        using HttpResponseMessage limited = await client.PostAsJsonAsync("/v1/messages", body, TestContext.Current.CancellationToken);
        client.DefaultRequestHeaders.Remove("x-api-key");
        client.DefaultRequestHeaders.Add("x-api-key", "tf-wrong");
        using HttpResponseMessage stranger = await client.PostAsJsonAsync("/v1/messages", body, TestContext.Current.CancellationToken);

        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal(("lab", Text(answer, "id")), (Text(row, "tenant"), Text(row, "idempotency_key")));
        Assert.Equal(Usage(answer, "output_tokens"), row.GetProperty("generated_tokens").GetInt32());
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.Contains("rate_limit_error", await limited.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Contains("authentication_error", await stranger.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.All(new[] { limited, stranger }, answered => Assert.Equal(answered.Headers.GetValues("x-request-id"), answered.Headers.GetValues("request-id")));
    }

    [Fact]
    public async Task Post_StreamThatFailsAfterItsBeginning_EndsWithAnErrorEvent()
    {
        int steps = 0;
        await using ApiHost host = await ApiHost.StartAsync(executor =>
        {
            executor.Says(new string('a', 500));
            executor.StepTime = TimeSpan.FromMilliseconds(1);
            executor.BeforeStep = _ =>
            {
                if (++steps > 50)
                {
                    throw new TokenFactory.Engine.Execution.ExecutorException("it burns");
                }
            };
        });

        (string Name, JsonElement Data)[] events = await ReadEventsAsync(await PostAsync(host, new { max_tokens = 400, messages = ToolHost.Hello, stream = true }));

        Assert.Equal(("message_start", "error"), (events[0].Name, events[^1].Name));
        Assert.Equal("api_error", Text(events[^1].Data.GetProperty("error"), "type"));
    }

    private static Task<HttpResponseMessage> PostAsync(ApiHost host, object body) => host.Client.PostAsJsonAsync("/v1/messages", body);

    private static async Task<(string Name, JsonElement Data)[]> ReadEventsAsync(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('\n')).Select(lines => (lines[0]["event: ".Length..], JsonElement.Parse(lines[1]["data: ".Length..])))];
    }

    private static string Join((string Name, JsonElement Data)[] events, string field) => string.Concat(
        events.Where(one => one.Name == "content_block_delta").Select(one => one.Data.GetProperty("delta").TryGetProperty(field, out JsonElement text) ? text.GetString() : ""));

    private static string? Text(JsonElement element, string field) => element.GetProperty(field).GetString();

    private static int Usage(JsonElement element, string field) => element.GetProperty("usage").GetProperty(field).GetInt32();
}
