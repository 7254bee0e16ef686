using System.Text.Json;
using TokenFactory.Api.Tests.Batches;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Api.Tests.Tools;
using Xunit;
using static TokenFactory.Api.Tests.Responses.ResponseCalls;

namespace TokenFactory.Api.Tests.Contract;

/// <summary>Responses of every kind.</summary>
internal static class ResponseTraffic
{
    private const string Include = "message.output_text.logprobs";

    private static readonly object Named = new { type = "function", name = "get_weather" };

    public static async Task PlayAsync(Func<ApiHost, HttpClient> clientOf)
    {
        await using (ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, "<think>\nhm\n</think>\n\nLet me look.\n" + ToolHost.Call))
        {
            using HttpClient client = clientOf(host);
            await PlayFormsAsync(client);
            await PlayKeptAsync(client);
            await PlayErrorsAsync(client);
        }
        await PlayBackgroundAsync(clientOf);
    }

    private static async Task PlayFormsAsync(HttpClient client)
    {
        object[] bodies =
        [
            new { input = "hello", tools = Weather, metadata = new { a = "b" }, instructions = "Be brief.", reasoning = new { effort = "low", summary = "auto" } },
            new { input = "hello", max_output_tokens = 3, temperature = 0.5, top_p = 0.9, service_tier = "flex", user = "u", truncation = "auto" },
            new { input = "hello", tools = Weather, tool_choice = Named, max_output_tokens = 60 },
            new { input = "hello", text = new { format = new { type = "json_object" } }, max_output_tokens = 60 },
            new { input = "hello", include = new[] { Include }, top_logprobs = 2, store = false },
        ];
        foreach (object body in bodies)
        {
            await CreateAsync(client, body);
            Dictionary<string, JsonElement> fields = JsonSerializer.SerializeToElement(body).EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
            fields["stream"] = JsonSerializer.SerializeToElement(true);
            await ReadEventsAsync(await SendAsync(client, fields));
        }
    }

    private static async Task PlayKeptAsync(HttpClient client)
    {
        string first = Id(await CreateAsync(client, new { input = "hello", tools = Weather }));
        object[] items = [new { role = "user", content = new[] { new { type = "input_text", text = "and" } } }, new { type = "function_call_output", call_id = "call_1", output = "3" }];
        string second = Id(await CreateAsync(client, new { previous_response_id = first, input = items, max_output_tokens = 2 }));
        await ShowAsync(client, second);
        await Answers.ReadAsync(await client.GetAsync($"{Url}/{second}/input_items"));
        await Answers.ReadAsync(await client.GetAsync($"{Url}/{first}/input_items?limit=1&order=asc"));
        await Answers.ReadAsync(await client.DeleteAsync($"{Url}/{first}"));
        using HttpResponseMessage counted = await client.PostAsync($"{Url}/input_tokens", new StringContent("{\"input\":\"hello\"}", System.Text.Encoding.UTF8, "application/json"));
        await Answers.ReadAsync(counted);
    }

    private static async Task PlayErrorsAsync(HttpClient client)
    {
        object[] bad = [new { }, new { input = 7 }, new { input = "x", model = "none" }, new { input = "x", conversation = "c" }, new { input = "x", previous_response_id = "resp_none" }, new { input = "x", stream = true, temperature = 9 }];
        foreach (object body in bad)
        {
            using HttpResponseMessage refused = await SendAsync(client, body);
            Assert.InRange((int)refused.StatusCode, 400, 499);
            await refused.Content.ReadAsStringAsync();
        }
        using HttpResponseMessage missing = await client.GetAsync($"{Url}/resp_none");
        await missing.Content.ReadAsStringAsync();
    }

    private static async Task PlayBackgroundAsync(Func<ApiHost, HttpClient> clientOf)
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        using HttpClient client = clientOf(host);
        string done = Id(await CreateAsync(client, new { input = "hello", background = true, max_output_tokens = 5 }));
        await UntilAsync(client, done, "incomplete");
        JsonElement[] events = await ReadEventsAsync(await SendAsync(client, new { input = "hello", background = true, stream = true, max_output_tokens = 4 }));
        string streamed = Id(events[0].GetProperty("response"));
        await ReadEventsAsync(await client.GetAsync($"{Url}/{streamed}?stream=true&starting_after=1"), first: 2);
        string cancelled = Id(await CreateAsync(client, new { input = "hello", background = true, max_output_tokens = 900 }));
        await CancelAsync(client, cancelled);
        await ShowAsync(client, cancelled);
        string lines = BatchCalls.Line("a", new { input = "hello", max_output_tokens = 3 }, Url);
        JsonElement batch = await BatchCalls.UntilAsync(client, await BatchCalls.StartAsync(client, lines, Url), "completed");
        await BatchCalls.ReadAsync(client, batch, "output_file_id");
    }
}
