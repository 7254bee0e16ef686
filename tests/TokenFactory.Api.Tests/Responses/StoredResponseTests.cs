using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Api.Tests.Tools;
using Xunit;
using static TokenFactory.Api.Tests.Responses.ResponseCalls;

namespace TokenFactory.Api.Tests.Responses;

/// <summary>Responses that are kept: shown, gone on from, listed by their input, deleted, and nobody else's.</summary>
public sealed class StoredResponseTests
{
    private const int CannotOpen = 14;

    [Fact]
    public async Task Show_Kept_GivesTheSameAgain()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, "<think>\nhm\n</think>\n\nLook.\n" + ToolHost.Call);

        JsonElement whole = await CreateAsync(host.Client, new { input = "hello", tools = Weather, user = "u", reasoning = new { effort = "low" } });
        JsonElement[] events = await ReadEventsAsync(await SendAsync(host.Client, new { input = "hello", tools = Weather, stream = true }));
        JsonElement loose = await CreateAsync(host.Client, new { input = "hello", store = false });

        Assert.Equal(whole.GetRawText(), (await ShowAsync(host.Client, Id(whole))).GetRawText());
        JsonElement streamed = events[^1].GetProperty("response");
        Assert.Equal(streamed.GetRawText(), (await ShowAsync(host.Client, Id(streamed))).GetRawText());
        Assert.Equal(JsonValueKind.False, loose.GetProperty("store").ValueKind);
        await Answers.ReadErrorAsync(await host.Client.GetAsync($"{Url}/{Id(loose)}", TestContext.Current.CancellationToken), HttpStatusCode.NotFound);
        JsonElement error = await Answers.ReadErrorAsync(
            await host.Client.GetAsync($"{Url}/{Id(whole)}?stream=true", TestContext.Current.CancellationToken), HttpStatusCode.BadRequest);
        Assert.Equal("stream", Text(error, "param"));
    }

    [Fact]
    public async Task Post_Previous_GoesOnWithTheWholeConversation()
    {
        RecordingTemplate template = new();
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Qwen, "<think>\nhm\n</think>\n\nLook.\n" + ToolHost.Call, template);

        JsonElement first = await CreateAsync(host.Client, new { input = "a", instructions = "I", tools = Weather });
        string call = Text(first.GetProperty("output")[2], "call_id")!;
        JsonElement second = await CreateAsync(
            host.Client, new { previous_response_id = Id(first), tools = Weather, input = new[] { new { type = "function_call_output", call_id = call, output = "21" } } });
        JsonElement third = await CreateAsync(host.Client, new { previous_response_id = Id(second), instructions = "J", input = "b" });

        string[] messages = [.. template.Messages.EnumerateArray().Select(message => $"{Text(message, "role")}: {Text(message, "content")}")];
        Assert.Equal(["system: J", "user: a", "assistant: Look.", "tool: 21", "assistant: Look.", "user: b"], messages);
        Assert.Equal((Id(second), "J"), (Text(third, "previous_response_id"), Text(third, "instructions")));
        Assert.Equal(call, Text(template.Messages[2].GetProperty("tool_calls")[0], "id"));
    }

    [Fact]
    public async Task Post_Reference_IsTheItem()
    {
        RecordingTemplate template = new();
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "one", template);
        JsonElement first = await CreateAsync(host.Client, new { input = "a" });
        JsonElement listed = await ListAsync(host.Client, Id(first), "");
        string[] ids = [Id(listed.GetProperty("data")[0]), Id(first.GetProperty("output")[0])];

        await CreateAsync(host.Client, new { input = new object[] { new { type = "item_reference", id = ids[0] }, new { id = ids[1] }, new { role = "user", content = "b" } } });

        Assert.Equal(
            ["user: a", "assistant: one", "user: b"], template.Messages.EnumerateArray().Select(message => $"{Text(message, "role")}: {Text(message, "content")}"));
    }

    [Fact]
    public async Task InputItems_Pages_AreThoseOfTheResponseAlone()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "ok");
        JsonElement first = await CreateAsync(host.Client, new { input = "earlier" });
        object[] input = [.. Enumerable.Range(0, 5).Select(number => new { role = "user", content = $"{number}" }), new { type = "function_call_output", call_id = "c", output = "o", id = "mine" }];
        JsonElement second = await CreateAsync(host.Client, new { previous_response_id = Id(first), input });

        JsonElement newest = await ListAsync(host.Client, Id(second), "?limit=2");
        JsonElement next = await ListAsync(host.Client, Id(second), $"?limit=2&after={Text(newest, "last_id")}");
        JsonElement all = await ListAsync(host.Client, Id(second), "?order=asc&include[]=message.output_text.logprobs");

        Assert.Equal("mine", Text(newest, "first_id"));
        Assert.Equal((true, "3", "2"), (next.GetProperty("has_more").GetBoolean(), TextOf(next, 0), TextOf(next, 1)));
        Assert.Equal(["0", "1", "2", "3", "4"], Enumerable.Range(0, 5).Select(number => TextOf(all, number)));
        Assert.False(all.GetProperty("has_more").GetBoolean());
        Assert.Equal(6, all.GetProperty("data").EnumerateArray().Select(Id).Distinct().Count());
        await Answers.ReadErrorAsync(await host.Client.GetAsync($"{Url}/{Id(second)}/input_items?after=other", TestContext.Current.CancellationToken), HttpStatusCode.BadRequest);
        await Answers.ReadErrorAsync(await host.Client.GetAsync($"{Url}/{Id(second)}/input_items?include=x", TestContext.Current.CancellationToken), HttpStatusCode.BadRequest);

        static string? TextOf(JsonElement list, int index) => Text(list.GetProperty("data")[index].GetProperty("content")[0], "text");
    }

    [Fact]
    public async Task Post_ManyAtOnce_AreAllKept()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "ok");

        JsonElement[] responses = await Task.WhenAll(Enumerable.Range(0, 300).Select(number => CreateAsync(host.Client, new { input = $"{number}" })));

        Assert.All(responses, response => Assert.Equal(JsonValueKind.True, response.GetProperty("store").ValueKind));
        await ShowAsync(host.Client, Id(responses[^1]));
    }

    [Fact]
    public async Task Post_ReferenceTwiceOrToTooMuch_IsRefused()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.Says("ok"), options: options => options.MaxBodyBytes = 4096);
        JsonElement first = await CreateAsync(host.Client, new { input = new string('x', 2000) });
        JsonElement second = await CreateAsync(host.Client, new { input = new string('x', 2000) });
        string output = Id(first.GetProperty("output")[0]);
        string input = Id((await ListAsync(host.Client, Id(first), "")).GetProperty("data")[0]);

        JsonElement twice = await Answers.ReadErrorAsync(await SendAsync(host.Client, new { input = new[] { new { id = output }, new { id = output } } }), HttpStatusCode.BadRequest);
        JsonElement much = await Answers.ReadErrorAsync(
            await SendAsync(host.Client, new { input = new[] { new { id = output }, new { id = Id(second.GetProperty("output")[0]) } } }), HttpStatusCode.BadRequest);
        await CreateAsync(host.Client, new { input = new[] { new { id = input }, new { id = output } } });

        Assert.Equal(("duplicate_item", "conversation_too_long"), (Text(twice, "code"), Text(much, "code")));
    }

    [Fact]
    public async Task Post_ConversationLongerThanABodyMayBe_IsRefused()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.Says("ok"), options: options => options.MaxBodyBytes = 1024);
        string text = new('x', 600);
        JsonElement first = await CreateAsync(host.Client, new { input = text });
        JsonElement second = await CreateAsync(host.Client, new { previous_response_id = Id(first), input = text });

        JsonElement error = await Answers.ReadErrorAsync(await SendAsync(host.Client, new { previous_response_id = Id(second), input = "c" }), HttpStatusCode.BadRequest);

        Assert.Equal(("previous_response_id", "conversation_too_long"), (Text(error, "param"), Text(error, "code")));
    }

    [Fact]
    public async Task Post_ShortConversationWithLongTools_GoesOn()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.Says("ok"), options: options => options.MaxBodyBytes = 4096);
        object[] tools = [new { type = "function", name = "t", description = new string('x', 3000) }];
        string? last = null;

        for (int turn = 0; turn < 5; turn++)
        {
            last = Id(await CreateAsync(host.Client, new { previous_response_id = last, input = "a", tools, tool_choice = "none" }));
        }

        Assert.Equal("ok", Said(await ShowAsync(host.Client, last!)));
    }

    [Fact]
    public async Task Post_PreviousOfManyLogprobs_IsRefused()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.Says(new string('a', 300)), options: options => options.MaxBodyBytes = 4096);
        JsonElement first = await CreateAsync(host.Client, new { input = "a", include = new[] { "message.output_text.logprobs" } });

        JsonElement error = await Answers.ReadErrorAsync(await SendAsync(host.Client, new { previous_response_id = Id(first), input = "b" }), HttpStatusCode.BadRequest);

        Assert.Equal(("previous_response_id", "conversation_too_long"), (Text(error, "param"), Text(error, "code")));
    }

    [Fact]
    public async Task Delete_Kept_IsGoneAndNothingGoesOnFromIt()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "ok");
        JsonElement first = await CreateAsync(host.Client, new { input = "a" });
        JsonElement second = await CreateAsync(host.Client, new { previous_response_id = Id(first), input = "b" });

        JsonElement deleted = await Answers.ReadAsync(await host.Client.DeleteAsync($"{Url}/{Id(first)}", TestContext.Current.CancellationToken));

        Assert.Equal((Id(first), "response", true), (Id(deleted), Text(deleted, "object"), deleted.GetProperty("deleted").GetBoolean()));
        await Answers.ReadErrorAsync(await host.Client.DeleteAsync($"{Url}/{Id(first)}", TestContext.Current.CancellationToken), HttpStatusCode.NotFound);
        await ShowAsync(host.Client, Id(second));
        JsonElement error = await Answers.ReadErrorAsync(await SendAsync(host.Client, new { previous_response_id = Id(second), input = "c" }), HttpStatusCode.BadRequest);
        Assert.Equal(("previous_response_id", "previous_response_not_found"), (Text(error, "param"), Text(error, "code")));
        Assert.Contains(Id(first), Text(error, "message"));
    }

    [Fact]
    public async Task AnotherTenant_SeesNothing()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "ok");
        using TenantClient owner = await host.AddTenantAsync();
        using TenantClient other = await host.AddTenantAsync(name: "other");
        JsonElement response = await CreateAsync(owner.Http, new { input = "secret" });
        string path = $"{Url}/{Id(response)}";

        await Answers.ReadErrorAsync(await other.Http.GetAsync(path, TestContext.Current.CancellationToken), HttpStatusCode.NotFound);
        await Answers.ReadErrorAsync(await other.Http.GetAsync(path + "/input_items", TestContext.Current.CancellationToken), HttpStatusCode.NotFound);
        await Answers.ReadErrorAsync(await other.Http.PostAsync(path + "/cancel", null, TestContext.Current.CancellationToken), HttpStatusCode.NotFound);
        await Answers.ReadErrorAsync(await other.Http.DeleteAsync(path, TestContext.Current.CancellationToken), HttpStatusCode.NotFound);
        await Answers.ReadErrorAsync(await SendAsync(other.Http, new { previous_response_id = Id(response), input = "x" }), HttpStatusCode.BadRequest);
        await Answers.ReadErrorAsync(
            await SendAsync(other.Http, new { input = new[] { new { type = "item_reference", id = Id(response.GetProperty("output")[0]) } } }), HttpStatusCode.BadRequest);
        await ShowAsync(owner.Http, Id(response));
    }

    [Fact]
    public async Task Kept_ThirtyDays_AndNotLonger()
    {
        JumpingClock clock = new();
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.Says("ok"), clock: clock);
        JsonElement response = await CreateAsync(host.Client, new { input = "a" });

        clock.Jump(TimeSpan.FromDays(29.9));
        await ShowAsync(host.Client, Id(response));
        clock.Jump(TimeSpan.FromDays(0.2));

        await Answers.ReadErrorAsync(await host.Client.GetAsync($"{Url}/{Id(response)}", TestContext.Current.CancellationToken), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Cancel_OfOneThatIsNotInTheBackground_IsRefused()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Hermes, "ok");
        JsonElement response = await CreateAsync(host.Client, new { input = "a" });

        JsonElement error = await Answers.ReadErrorAsync(
            await host.Client.PostAsync($"{Url}/{Id(response)}/cancel", null, TestContext.Current.CancellationToken), HttpStatusCode.BadRequest);

        Assert.Contains("background", Text(error, "message"));
    }

    [Fact]
    public async Task Post_DatabaseGoesAway_IsAnsweredAndSaysThatItIsNotKept()
    {
        bool isAway = false;
        await using ApiHost host = await ApiHost.StartAsync(
            executor =>
            {
                executor.Says("ok");
                executor.BeforeStep = _ => Volatile.Write(ref isAway, true);
            },
            pragmas: () => Volatile.Read(ref isAway) ? throw new SqliteException("away", CannotOpen) : "");

        JsonElement response = await CreateAsync(host.Client, new { input = "a" });

        Assert.Equal(("completed", "ok", JsonValueKind.False), (Text(response, "status"), Said(response), response.GetProperty("store").ValueKind));
        Volatile.Write(ref isAway, false);
    }

    private static async Task<JsonElement> ListAsync(HttpClient client, string id, string query) =>
        await Answers.ReadAsync(await client.GetAsync($"{Url}/{id}/input_items{query}", TestContext.Current.CancellationToken));
}
