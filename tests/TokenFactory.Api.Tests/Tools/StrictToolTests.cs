using System.Text;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Engine.Text;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Api.Tests.Tools;

/// <summary>Strict tools that the model may call by itself: what it writes of a call is valid, and else it writes as it will.</summary>
public sealed class StrictToolTests
{
    private const int Choices = 8;

    private static readonly object[] Strict =
    [
        Tool("get_weather", new { city = new { type = "string", @enum = new[] { "Rome", "Oslo" } } }),
        Tool("add", new { a = new { type = "integer", minimum = 0, maximum = 99 } }),
    ];

    /// <summary>200 answers of a model that writes at random, but likes to begin calls.</summary>
    [Theory]
    [InlineData("Hermes", "<tool_call>\n{\"name\": \"", false)]
    [InlineData("Hermes", "<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"town", true)]
    [InlineData("Qwen", "</think><tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 1e", true)]
    [InlineData("Llama", "<|python_tag|>{\"name\": \"", true)]
    [InlineData("Mistral", "[TOOL_CALLS][{\"name\": \"", false)]
    public async Task Post_Auto_EveryCallThatBeginsIsValid(string dialect, string liked, bool streamed)
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.Choose = context => Wish(context, liked), dialect: Named(dialect));
        (int calls, int texts) = (0, 0);

        for (int seed = 0; seed < 200 / Choices; seed++)
        {
            using HttpResponseMessage response = await host.ChatAsync(
                new { messages = new object[] { new { role = "user", content = $"run {seed}" } }, tools = Strict, n = Choices, seed, temperature = 1.2, max_tokens = 200, stream = streamed });
            foreach ((string content, List<(string Name, string Arguments)> made, string finish) in await ReadAsync(response, streamed))
            {
                foreach ((string name, string arguments) in finish == "length" ? made.SkipLast(1) : made)
                {
                    AssertValid(name, JsonElement.Parse(arguments));
                }
                Assert.All(made, call => Assert.Contains(call.Name, new[] { "get_weather", "add" }));
                calls += made.Count;
                texts += content.Length > 0 ? 1 : 0;
            }
        }

        Assert.InRange(calls, 50, int.MaxValue);
        Assert.InRange(texts, 20, int.MaxValue);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("required")]
    public async Task Post_WrongArguments_AreReplacedByOnesOfTheSchema(string choice)
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>");

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = Strict, tool_choice = choice, temperature = 0, max_tokens = 300 }));

        JsonElement function = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        AssertValid("get_weather", JsonElement.Parse(function.GetProperty("arguments").GetString()!));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("none")]
    public async Task Post_TextWithoutACall_IsAsTheModelWritesIt(string choice)
    {
        const string Said = "I <tool_ca look </tool_call> at 世界 {\"name\": 1}.";
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, Said);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = Strict, tool_choice = choice, temperature = 0 }));

        Assert.Equal(Said, answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    /// <summary>A format that no form can hold: the client is answered, and the call is as the model wrote it.</summary>
    [Theory]
    [InlineData("MistralNamed", "[TOOL_CALLS]add[ARGS]{\"a\": 100}")]
    [InlineData("Harmony", " to=functions.add<|channel|>commentary json<|message|>{\"a\": 100}<|call|>")]
    public async Task Post_FormatThatCannotBeHeld_TakesStrictAndGivesTheCallAsWritten(string dialect, string said)
    {
        await using ApiHost host = await ToolHost.StartAsync(Named(dialect), said);

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello, tools = Strict, temperature = 0 }));

        JsonElement function = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        Assert.Equal(("add", "{\"a\": 100}"), (function.GetProperty("name").GetString(), function.GetProperty("arguments").GetString()));
    }

    [Fact]
    public async Task Post_Responses_StrictToolUnderAuto_IsHeld()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Paris\"}}\n</tool_call>");

        JsonElement answer = await Answers.ReadAsync(await host.PostJsonAsync("/v1/responses", """
            {"input": "x", "store": false, "temperature": 0, "max_output_tokens": 300, "tools": [{"type": "function", "name": "get_weather", "strict": true, "parameters":
               {"type": "object", "properties": {"city": {"enum": ["Rome", "Oslo"]} }, "required": ["city"], "additionalProperties": false} }]}
            """));

        JsonElement call = answer.GetProperty("output").EnumerateArray().First(item => item.GetProperty("type").GetString() == "function_call");
        AssertValid("get_weather", JsonElement.Parse(call.GetProperty("arguments").GetString()!));
    }

    private static object Tool(string name, object properties) => new
    {
        type = "function",
        function = new
        {
            name,
            strict = true,
            parameters = new { type = "object", properties, required = JsonSerializer.SerializeToElement(properties).EnumerateObject().Select(property => property.Name), additionalProperties = false },
        },
    };

    private static ChatDialect Named(string dialect) => dialect switch
    {
        "Qwen" => Dialect.Qwen,
        "Llama" => Dialect.Llama,
        "Mistral" => Dialect.Mistral,
        "MistralNamed" => Dialect.MistralNamed,
        "Harmony" => Dialect.Harmony,
        _ => Dialect.Hermes,
    };

    /// <summary>Goes on with what it likes to write where it has begun to, and else writes any byte, a bracket, quote or end more often than chance has it.</summary>
    private static int Wish(int[] context, string liked)
    {
        byte[] text = Encoding.UTF8.GetBytes(liked);
        int[] tokens = [.. text.Select(value => (int)value)];
        Random random = new(HashExecutor.Next(context, int.MaxValue) + (context.Length * 26) + context[^1]);
        for (int said = tokens.Length - 1; said > 0; said--)
        {
            if (context.AsSpan().EndsWith(tokens.AsSpan(0, said)))
            {
                return random.Next(50) == 0 ? random.Next(1, 256) : tokens[said];
            }
        }
        int roll = random.Next(20);
        return roll < 6 ? tokens[0] : roll < 7 ? Script.End : roll < 12 ? "{}[]\",:<"[random.Next(8)] : random.Next(1, 128);
    }

    private static void AssertValid(string name, JsonElement arguments)
    {
        JsonProperty only = Assert.Single(arguments.EnumerateObject());
        if (name == "add")
        {
            Assert.Equal("a", only.Name);
            Assert.InRange(only.Value.GetInt32(), 0, 99);
        }
        else
        {
            Assert.Equal("city", only.Name);
            Assert.Contains(only.Value.GetString(), new[] { "Rome", "Oslo" });
        }
    }

    private static async Task<List<(string Content, List<(string Name, string Arguments)> Calls, string Finish)>> ReadAsync(HttpResponseMessage response, bool streamed)
    {
        if (streamed)
        {
            JsonElement[] chunks = await Answers.ReadChunksAsync(response);
            return
            [
                .. Enumerable.Range(0, Choices).Select(choice => ToolHost.Join(chunks, choice))
                    .Select(joined => (joined.Content, joined.Calls.Select(call => (call.Name, call.Arguments)).ToList(), joined.Finish)),
            ];
        }
        JsonElement answer = await Answers.ReadAsync(response);
        return [.. answer.GetProperty("choices").EnumerateArray().Select(choice => (choice.GetProperty("message").GetProperty("content").GetString() ?? "", CallsOf(choice.GetProperty("message")), choice.GetProperty("finish_reason").GetString()!))];
    }

    private static List<(string Name, string Arguments)> CallsOf(JsonElement message) =>
        message.TryGetProperty("tool_calls", out JsonElement calls)
            ? [.. calls.EnumerateArray().Select(call => call.GetProperty("function")).Select(call => (call.GetProperty("name").GetString()!, call.GetProperty("arguments").GetString()!))]
            : [];
}
