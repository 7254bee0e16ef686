using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Engine.Text;
using Xunit;

namespace TokenFactory.Api.Tests.Tools;

/// <summary>Tools over HTTP: what the model is told, and how its calls come back, whole and streamed.</summary>
public sealed class ToolCallTests
{
    [Fact]
    public async Task Post_ModelCalls_GivesToolCallsAndNullContent()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, ToolHost.Call);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Weather }));

        JsonElement choice = answer.GetProperty("choices")[0];
        JsonElement message = choice.GetProperty("message");
        JsonElement call = message.GetProperty("tool_calls")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, message.GetProperty("content").ValueKind);
        Assert.Equal(("function", "get_weather"), (call.GetProperty("type").GetString(), call.GetProperty("function").GetProperty("name").GetString()));
        Assert.Equal("{\"city\": \"Paris\"}", call.GetProperty("function").GetProperty("arguments").GetString());
        Assert.StartsWith("call_", call.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Post_Streamed_GivesTheSameMessageInEveryChoice(int n)
    {
        string text = "Let me look.\n" + ToolHost.Call + "\n" + ToolHost.Call.Replace("get_weather", "add");
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, "<think>\nhm\n</think>\n\n" + text);
        Dictionary<string, object> body = new() { ["messages"] = ToolHost.Hello, ["tools"] = ToolHost.Two, ["n"] = n };
        JsonElement whole = await Answers.ReadAsync(await host.ChatAsync(body));

        body["stream"] = true;
        body["stream_options"] = new { include_usage = true };
        JsonElement[] chunks = await Answers.ReadChunksAsync(await host.ChatAsync(body));

        for (int choice = 0; choice < n; choice++)
        {
            (string content, string reasoning, List<(string Id, string Name, string Arguments)> calls, string finish) = ToolHost.Join(chunks[..^1], choice);
            JsonElement message = whole.GetProperty("choices")[choice].GetProperty("message");
            Assert.Equal(("Let me look.", "hm", "tool_calls"), (content, reasoning, finish));
            Assert.Equal(("Let me look.", "hm"), (message.GetProperty("content").GetString(), message.GetProperty("reasoning_content").GetString()));
            Assert.Equal([("get_weather", "{\"city\": \"Paris\"}"), ("add", "{\"city\": \"Paris\"}")], calls.Select(call => (call.Name, call.Arguments)));
            Assert.Equal(2, calls.Select(call => call.Id).Distinct().Count());
            Assert.Equal(
                calls.Select(call => (call.Name, call.Arguments)),
                message.GetProperty("tool_calls").EnumerateArray().Select(call => (call.GetProperty("function").GetProperty("name").GetString()!, call.GetProperty("function").GetProperty("arguments").GetString()!)));
        }
        Assert.Equal(whole.GetProperty("usage").GetRawText().Replace("\"cached_tokens\":0", ""), chunks[^1].GetProperty("usage").GetRawText().Replace("\"cached_tokens\":4", "").Replace("\"cached_tokens\":8", "").Replace("\"cached_tokens\":0", ""));
    }

    [Theory]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": }}}}</tool_call>", "{\"city\": }")]
    [InlineData("<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"", "{\"city\": \"")]
    public async Task Post_MalformedArguments_ComeAsWritten(string text, string arguments)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, text);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Weather }));

        Assert.Equal(arguments, Function(answer).GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task Post_NoCall_IsContentAndStops()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "No <tool_call> is needed. ");

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Weather }));

        JsonElement choice = answer.GetProperty("choices")[0];
        Assert.Equal(("No <tool_call> is needed. ", "stop"), (choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason").GetString()));
        Assert.False(choice.GetProperty("message").TryGetProperty("tool_calls", out _));
    }

    [Fact]
    public async Task Post_CutOffWithinACall_EndsWithLength()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, ToolHost.Call);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Weather, max_tokens = ToolHost.Call.IndexOf("Paris", StringComparison.Ordinal) }));

        Assert.Equal("length", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal("{\"city\": \"", Function(answer).GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task Post_ChoiceNone_TellsTheModelNothingAndReadsNoCall()
    {
        RecordingTemplate template = new();
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, ToolHost.Call, template);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Weather, tool_choice = "none" }));

        Assert.Null(template.Tools);
        Assert.Equal(ToolHost.Call, answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("required", "hello\n", "prompt\n<tool_call>\n")]
    [InlineData("named", "hello<think>\n", "prompt<think>\n</think>\n\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\":")]
    public async Task Post_ChoiceForces_OpensTheCallInThePrompt(string choice, string ending, string prompt)
    {
        string rendering = ending.Replace("hello", "prompt");
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, ToolHost.Call.Replace("arguments\": ", "arguments\":"), new RecordingTemplate(rendering));
        object forced = choice == "named" ? new { type = "function", function = new { name = "get_weather" } } : choice;

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Two, tool_choice = forced }));

        Assert.Equal(prompt.Length, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal("get_weather", Function(answer).GetProperty("name").GetString());
        Assert.Equal("{\"city\": \"Paris\"}", Function(answer).GetProperty("arguments").GetString());
        Assert.Equal(0, answer.GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    [Theory]
    [InlineData("Hermes", "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"city\": \"Oslo\"}}", "add", "{\"city\": \"Oslo\"}")]
    [InlineData("Hermes", "<tool_call>\n{\"name\": \"get_time\", \"arguments\": {}}", "get_weather", null)]
    [InlineData("Llama", "{\"name\": \"add\", \"parameters\": {\"a\": [1]}}", "add", "{\"a\": [1]}")]
    [InlineData("Llama", "Let me think about it.", null, null)]
    [InlineData("MistralList", "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}", "get_weather", "{\"city\": \"Oslo\"}")]
    public async Task Post_RequiredOfSeveral_CallsOneThatWasSentWithAnObject(string format, string wished, string? name, string? arguments)
    {
        await using ApiHost host = await ToolHost.StartAsync(new ChatDialect(Enum.Parse<ToolFormat>(format), ReasoningFormat.None), wished);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Two, tool_choice = "required", max_tokens = 300 }));

        JsonElement function = Function(answer);
        Assert.Contains(function.GetProperty("name").GetString(), name is null ? ["get_weather", "add"] : new[] { name });
        if (arguments is not null)
        {
            Assert.Equal(arguments, function.GetProperty("arguments").GetString());
            Assert.Equal("tool_calls", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        }
    }

    [Theory]
    [InlineData(false, "{\"city\": }", "{\"city\": ")]
    [InlineData(true, "{\"town\": \"Paris\"}", "{\"city\":")]
    public async Task Post_ForcedFunction_HoldsArgumentsToJsonAndToAStrictSchema(bool isStrict, string wished, string beginning)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Llama, "{\"name\": \"get_weather\", \"parameters\":" + wished);
        string strict = isStrict ? ",\"strict\":true" : "";

        JsonElement answer = await Answers.ReadAsync(await host.PostJsonAsync("/v1/chat/completions", $$"""
            {"messages": [{"role": "user", "content": "x"}], "max_tokens": 60, "tool_choice": {"type": "function", "function": {"name": "get_weather"} },
             "tools": [{"type": "function", "function": {"name": "get_weather"{{strict}}, "parameters":
               {"type": "object", "properties": {"city": {"type": "string", "enum": ["Rome", "Oslo"]} }, "required": ["city"], "additionalProperties": false} } }]}
            """));

        Assert.Equal("get_weather", Function(answer).GetProperty("name").GetString());
        string arguments = Function(answer).GetProperty("arguments").GetString()!;
        Assert.StartsWith(beginning, arguments);
        Assert.NotEqual(wished, arguments);
        if (isStrict)
        {
            Assert.Contains(JsonElement.Parse(arguments).GetProperty("city").GetString(), new[] { "Rome", "Oslo" });
        }
    }

    [Fact]
    public async Task Post_FormWithToolsThatMayBeCalled_IsRefusedByName()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "{}");
        Dictionary<string, object> body = new() { ["messages"] = ToolHost.Hello, ["tools"] = ToolHost.Weather, ["response_format"] = new { type = "json_object" } };

        JsonElement error = await Answers.ReadErrorAsync(await host.ChatAsync(body), HttpStatusCode.BadRequest);
        body["tool_choice"] = "none";
        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(body));

        Assert.Equal("response_format", error.GetProperty("param").GetString());
        Assert.Equal("{}", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("thinking", "prompt<think>\n", "prompt<think>\n</think>\n\n")]
    [InlineData("harmony", "prompt<|start|>assistant", "prompt<|start|>assistant<|channel|>final<|message|>")]
    public async Task Post_FormOfAModelThatReasons_IsOfItsContent(string family, string rendering, string prompt)
    {
        await using ApiHost host = await ToolHost.StartAsync(family == "thinking" ? Dialect.Thinking : Dialect.Harmony, "{\"a\":1}", new RecordingTemplate(rendering));

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, response_format = new { type = "json_object" } }));

        JsonElement message = answer.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal("{\"a\":1}", message.GetProperty("content").GetString());
        Assert.False(message.TryGetProperty("reasoning_content", out _));
        Assert.Equal(prompt.Length, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Post_ForcedNamedStreamed_BeginsWithTheRoleThenTheCall()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.MistralNamed, "[ARGS]{\"city\": \"Paris\"}");

        JsonElement[] chunks = await Answers.ReadChunksAsync(await host.ChatAsync(new
        {
            messages = ToolHost.Hello,
            tools = ToolHost.Weather,
            tool_choice = "required",
            stream = true,
        }));

        Assert.Equal("assistant", chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        (string _, string _, List<(string Id, string Name, string Arguments)> calls, string finish) = ToolHost.Join(chunks);
        Assert.Equal(("get_weather", "{\"city\": \"Paris\"}", "tool_calls"), (calls.Single().Name, calls[0].Arguments, finish));
        Assert.Equal(9, calls[0].Id.Length);
    }

    [Fact]
    public async Task Post_NotParallel_GivesTheFirstCallOnly()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, ToolHost.Call + ToolHost.Call.Replace("get_weather", "add"));

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Two, parallel_tool_calls = false }));

        Assert.Equal("get_weather", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls").EnumerateArray().Single().GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Post_ModelWithoutToolFormat_RefusesToolsByName()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = ToolHost.Weather }), HttpStatusCode.BadRequest);

        Assert.Equal(("tools", "tools_not_supported"), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("\"tools\":[{}]", "tools")]
    [InlineData("\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}]", "tools")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]", "tools")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"strict\":true,\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]", "tools")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}},{\"type\":\"function\",\"function\":{\"name\":\"a\"}}]", "tools")]
    [InlineData("\"tools\":7", "tools")]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}}],\"tool_choice\":\"maybe\"", "tool_choice")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"b\"}}", "tool_choice")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}}],\"tool_choice\":{\"type\":\"allowed_tools\"}", "tool_choice")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}}],\"parallel_tool_calls\":1", "parallel_tool_calls")]
    [InlineData("\"reasoning_effort\":\"extreme\"", "reasoning_effort")]
    [InlineData("\"service_tier\":\"scale\"", "service_tier")]
    [InlineData("\"service_tier\":\"gold\"", "service_tier")]
    [InlineData("\"metadata\":{\"a\":1}", "metadata")]
    [InlineData("\"store\":true", "store")]
    [InlineData("\"prediction\":{\"type\":\"guess\"}", "prediction")]
    public async Task Post_BadField_Is400AndNamesIt(string field, string name)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "x");

        JsonElement error = await Answers.ReadErrorAsync(
            await host.PostJsonAsync("/v1/chat/completions", $"{{\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}}],{field}}}"), HttpStatusCode.BadRequest);

        Assert.Equal(name, error.GetProperty("param").GetString());
        Assert.Contains(name, error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task ClientGoesAway_InTheMiddleOfACall_GenerationStopsAndIsCounted()
    {
        string endless = "<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"" + new string('a', 1900);
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, endless, step: TimeSpan.FromMilliseconds(5));
        using (HttpRequestMessage request = new(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = JsonContent.Create(new { messages = ToolHost.Hello, tools = ToolHost.Weather, max_tokens = 1900, stream = true }),
        })
        {
            using HttpResponseMessage response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            await (await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).ReadExactlyAsync(new byte[900], TestContext.Current.CancellationToken);
        }
        await host.UntilRunsAsync(running => running == 0);

        JsonElement row = (await host.ReadLedgerAsync()).Single();
        Assert.Equal("cancelled", row.GetProperty("outcome").GetString());
        Assert.InRange(row.GetProperty("generated_tokens").GetInt64(), 1, 1899);
    }

    private static JsonElement Function(JsonElement answer) =>
        answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
}
