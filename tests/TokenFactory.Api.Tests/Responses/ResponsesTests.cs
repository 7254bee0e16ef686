using System.Net;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Api.Tests.Tools;
using TokenFactory.Tenancy.Plans;
using Xunit;
using static TokenFactory.Api.Tests.Responses.ResponseCalls;

namespace TokenFactory.Api.Tests.Responses;

/// <summary>OpenAI's Responses, answered whole.</summary>
public sealed class ResponsesTests
{
    private const string Answer = "<think>\nhm\n</think>\n\nLet me look.\n" + ToolHost.Call;

    [Fact]
    public async Task Post_Whole_GivesItemsInOrderAndUsage()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, Answer);

        JsonElement answer = await CreateAsync(host.Client, new { model = "hash", max_output_tokens = 500, input = "hello", tools = Weather, metadata = new { a = "b" } });

        JsonElement[] items = [.. answer.GetProperty("output").EnumerateArray()];
        Assert.Equal(("response", "completed", "hash"), (Text(answer, "object"), Text(answer, "status"), Text(answer, "model")));
        Assert.StartsWith("resp_", Id(answer));
        Assert.Equal(["reasoning", "message", "function_call"], items.Select(item => Text(item, "type")));
        Assert.All(items, item => Assert.Equal("completed", Text(item, "status")));
        Assert.Equal("hm", Text(items[0].GetProperty("content")[0], "text"));
        Assert.Equal("Let me look.", Said(answer));
        Assert.Equal(("get_weather", "{\"city\": \"Paris\"}"), (Text(items[2], "name"), Text(items[2], "arguments")));
        Assert.StartsWith("call_", Text(items[2], "call_id"));
        Assert.Equal(("user: hello\n".Length, Answer.Length + 1), (Usage(answer, "input_tokens"), Usage(answer, "output_tokens")));
        Assert.Equal(">\nhm\n</think>".Length, answer.GetProperty("usage").GetProperty("output_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        Assert.Equal(("b", "auto", "default"), (Text(answer.GetProperty("metadata"), "a"), Text(answer, "tool_choice"), Text(answer, "service_tier")));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("error").ValueKind);
        Assert.Equal(JsonValueKind.False, answer.GetProperty("tools")[0].GetProperty("strict").ValueKind);
    }

    [Fact]
    public async Task Post_Cut_IsIncompleteAndSaysWhy()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "one two three");
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(20) }));

        JsonElement cut = await CreateAsync(host.Client, new { input = "hello", max_output_tokens = 3 });
        JsonElement poor = await CreateAsync(tenant.Http, new { input = "hello" });

        foreach ((JsonElement response, string said) in new[] { (cut, "one"), (poor, "one two ") })
        {
            Assert.Equal(("incomplete", "max_output_tokens"), (Text(response, "status"), Text(response.GetProperty("incomplete_details"), "reason")));
            Assert.Equal(("incomplete", said), (Text(response.GetProperty("output")[0], "status"), Said(response)));
            Assert.Equal(JsonValueKind.Null, response.GetProperty("completed_at").ValueKind);
        }
        Assert.False(cut.GetProperty("usage").TryGetProperty("limit", out _));
        Assert.Equal("tokens_per_day", Text(poor.GetProperty("usage").GetProperty("limit"), "type"));
    }

    [Fact]
    public async Task Post_Items_ReachTheTemplateAsAChat()
    {
        RecordingTemplate template = new();
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, "ok", template);

        await Answers.ReadAsync(await host.PostJsonAsync(Url, """
            {"instructions": "Be", "reasoning": {"effort": "none", "summary": "auto"}, "parallel_tool_calls": false,
             "tools": [{"type": "function", "name": "add", "parameters": {"type": "object"}, "strict": null}, {"type": "function", "name": "sub"}],
             "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "add"}]},
             "input": [
               {"role": "developer", "content": "brief."},
               {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]},
               {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
               {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "t", "annotations": []}]},
               {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{\"a\": 1}"},
               {"type": "function_call", "call_id": "c2", "name": "add", "arguments": "{}"},
               {"type": "function_call_output", "call_id": "c1", "output": "3"},
               {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "4"}]},
               {"role": "assistant", "content": "x"},
               {"role": "assistant", "content": "y"},
               {"role": "user", "content": "so?"}]}
            """));

        Assert.Equal(
            """[{"role":"system","content":"Be\n\nbrief."},{"role":"user","content":"a\nb"},{"role":"assistant","content":"t","reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"add","arguments":{"a":1}}},{"id":"c2","type":"function","function":{"name":"add","arguments":{}}}]},{"role":"tool","tool_call_id":"c1","content":"3"},{"role":"tool","tool_call_id":"c2","content":"4"},{"role":"assistant","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"so?"}]""",
            template.Messages.GetRawText().Replace("{\"a\": 1}", "{\"a\":1}"));
        Assert.Equal(("\"none\"", "false"), (template.Variables["reasoning_effort"], template.Variables["enable_thinking"]));
        Assert.Equal("add", Text(template.Tools!.Value.EnumerateArray().Single().GetProperty("function"), "name"));
    }

    [Fact]
    public async Task Post_NamedFunction_IsCalled()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Mistral, "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\":{\"city\": \"Paris\"}}]");

        JsonElement answer = await CreateAsync(host.Client, new { input = "hello", tools = Weather, tool_choice = new { type = "function", name = "get_weather" } });

        JsonElement item = answer.GetProperty("output").EnumerateArray().Single();
        Assert.Equal(("function_call", "get_weather"), (Text(item, "type"), Text(item, "name")));
        Assert.Equal("Paris", Text(JsonElement.Parse(Text(item, "arguments")!), "city"));
    }

    [Fact]
    public async Task Post_Format_HoldsTheTextToIt()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        object format = new
        {
            type = "json_schema",
            name = "n",
            strict = true,
            schema = new { type = "object", properties = new { a = new { type = "boolean" } }, required = new[] { "a" }, additionalProperties = false },
        };

        JsonElement answer = await CreateAsync(host.Client, new { input = "hello", max_output_tokens = 200, text = new { format } });
        JsonElement error = await Answers.ReadErrorAsync(
            await SendAsync(host.Client, new { input = "hello", text = new { format = new { type = "json_schema", name = "n", schema = new { not = new { } } } } }), HttpStatusCode.BadRequest);

        Assert.True(JsonElement.Parse(Said(answer)).GetProperty("a").ValueKind is JsonValueKind.True or JsonValueKind.False, Said(answer));
        Assert.Equal("n", Text(answer.GetProperty("text").GetProperty("format"), "name"));
        Assert.Equal("text", Text(error, "param"));
        Assert.Contains("text.format.schema", Text(error, "message"));
    }

    [Fact]
    public async Task Post_Logprobs_AreThoseOfTheText()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, Answer);

        JsonElement answer = await CreateAsync(
            host.Client, new { input = "hello", max_output_tokens = 500, tools = Weather, include = new[] { "message.output_text.logprobs" }, top_logprobs = 2 });

        JsonElement part = answer.GetProperty("output")[1].GetProperty("content")[0];
        JsonElement[] tokens = [.. part.GetProperty("logprobs").EnumerateArray()];
        Assert.Equal("Let me look.", string.Concat(tokens.Select(token => Text(token, "token"))));
        Assert.All(tokens, token => Assert.Equal(2, token.GetProperty("top_logprobs").GetArrayLength()));
        Assert.Equal(2, answer.GetProperty("top_logprobs").GetInt32());
    }

    [Fact]
    public async Task Post_TooLong_IsRefusedOrShortened()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "ok");
        object[] input = [.. Enumerable.Range(0, 30).SelectMany(turn => new object[]
        {
            new { role = "user", content = $"turn {turn} {new string('x', 100)}" }, new { role = "assistant", content = "yes" },
        }), new { role = "user", content = "last" }];

        JsonElement error = await Answers.ReadErrorAsync(await SendAsync(host.Client, new { input, max_output_tokens = 100 }), HttpStatusCode.BadRequest);
        JsonElement answer = await CreateAsync(host.Client, new { input, max_output_tokens = 100, truncation = "auto" });

        Assert.Equal(("input", "context_length_exceeded"), (Text(error, "param"), Text(error, "code")));
        Assert.Equal(("ok", "auto"), (Said(answer), Text(answer, "truncation")));

        // As many of the latest turns as the context of 2048 has room for beside the answer.
        int last = "user: last\n".Length;
        int turn = "user: turn 29 \nassistant: yes\n".Length + 100;
        Assert.Equal(last + (turn * ((2048 - 100 - last) / turn)), Usage(answer, "input_tokens"));
    }

    [Fact]
    public async Task Count_GivesThePromptsTokensAndCountsNothing()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(await host.PostJsonAsync($"{Url}/input_tokens", """{"input":"hello","instructions":"S"}"""));

        Assert.Equal(("response.input_tokens", "system: S\nuser: hello\n".Length), (Text(answer, "object"), answer.GetProperty("input_tokens").GetInt32()));
        Assert.Empty(await host.ReadLedgerAsync());
    }

    [Fact]
    public async Task Post_Metered_LikeAnyRequest()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "four");
        using TenantClient tenant = await host.AddTenantAsync(TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(40) }));

        JsonElement answer = await CreateAsync(tenant.Http, new { input = "hello", max_output_tokens = 20 });
        using HttpResponseMessage limited = await SendAsync(tenant.Http, new { input = "hello", max_output_tokens = 20 });

        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal(("lab", Id(answer)), (Text(row, "tenant"), Text(row, "idempotency_key")));
        Assert.Equal(Usage(answer, "output_tokens"), row.GetProperty("generated_tokens").GetInt32());
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
    }

    [Theory]
    [InlineData("{}", "input", "input is missing")]
    [InlineData("{\"input\":5}", "input", "a string or an array")]
    [InlineData("{\"input\":[5]}", "input", "input[0]")]
    [InlineData("{\"input\":[{\"role\":\"tool\",\"content\":\"x\"}]}", "input", "input[0].role")]
    [InlineData("{\"input\":[{\"role\":\"user\"}]}", "input", "input[0].content")]
    [InlineData("{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"x\"}]}]}", "input", "input_image")]
    [InlineData("{\"input\":[{\"type\":\"web_search_call\",\"id\":\"x\"}]}", "input", "web_search_call")]
    [InlineData("{\"input\":[{\"type\":\"function_call_output\",\"output\":\"x\"}]}", "input", "input[0].call_id")]
    [InlineData("{\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]}", "input", "'msg_1'")]
    [InlineData("{\"input\":\"x\",\"previous_response_id\":\"resp_1\"}", "previous_response_id", "'resp_1'")]
    [InlineData("{\"input\":\"x\",\"tools\":[{\"type\":\"web_search\"}]}", "tools", "web_search")]
    [InlineData("{\"input\":\"x\",\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{}},\"strict\":true}]}", "tools", "tools[0].parameters")]
    [InlineData("{\"input\":\"x\",\"tool_choice\":\"required\"}", "tool_choice", "tools is empty")]
    [InlineData("{\"input\":\"x\",\"tool_choice\":{\"type\":\"file_search\"}}", "tool_choice", "file_search")]
    [InlineData("{\"input\":\"x\",\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"}}", "tool_choice", "tool_choice.name")]
    [InlineData("{\"input\":\"x\",\"max_output_tokens\":0}", "max_output_tokens", "at least 1")]
    [InlineData("{\"input\":\"x\",\"temperature\":3}", "temperature", "temperature")]
    [InlineData("{\"input\":\"x\",\"top_logprobs\":3}", "top_logprobs", "include")]
    [InlineData("{\"input\":\"x\",\"top_logprobs\":30,\"include\":[\"message.output_text.logprobs\"]}", "top_logprobs", "0 to 20")]
    [InlineData("{\"input\":\"x\",\"include\":[\"all\"]}", "include", "include")]
    [InlineData("{\"input\":\"x\",\"text\":{\"format\":{\"type\":\"xml\"}}}", "text", "text.format.type")]
    [InlineData("{\"input\":\"x\",\"text\":{\"verbosity\":\"low\"}}", "text", "text.verbosity")]
    [InlineData("{\"input\":\"x\",\"reasoning\":{\"effort\":\"much\"}}", "reasoning", "reasoning.effort")]
    [InlineData("{\"input\":\"x\",\"reasoning\":{\"summary\":\"long\"}}", "reasoning", "reasoning.summary")]
    [InlineData("{\"input\":\"x\",\"truncation\":\"some\"}", "truncation", "auto or disabled")]
    [InlineData("{\"input\":\"x\",\"background\":true,\"store\":false}", "background", "store")]
    [InlineData("{\"input\":\"x\",\"stream_options\":{}}", "stream_options", "stream")]
    [InlineData("{\"input\":\"x\",\"metadata\":{\"a\":1}}", "metadata", "metadata.a")]
    public async Task Post_Malformed_Is400AndNamesTheField(string json, string param, string named)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "x");

        JsonElement error = await Answers.ReadErrorAsync(await host.PostJsonAsync(Url, json), HttpStatusCode.BadRequest);

        Assert.Equal(("invalid_request_error", param), (Text(error, "type"), Text(error, "param")));
        Assert.Contains(named, Text(error, "message"));
    }
}
