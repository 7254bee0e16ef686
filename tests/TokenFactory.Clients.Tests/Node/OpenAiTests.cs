using System.Text.Json;
using Xunit;

namespace TokenFactory.Clients.Tests.Node;

/// <summary>The package openai for Node.</summary>
[Collection(ClientHost.Name)]
public sealed class OpenAiTests(ClientHost host) : NodeTests(host, "openai")
{
    private static readonly string[] Cities = ["Rome", "Oslo"];

    [Fact]
    public async Task Exchanges_AllThatWereWhole_AreAsDescribed()
    {
        NodeRun run = await RunAsync();

        Assert.InRange(run.Exchanges.Count, 25, int.MaxValue);
        Described.Check(run.Exchanges);
    }

    [Fact]
    public async Task Chat_StreamedAndWhole_AreTheSame()
    {
        JsonElement chat = await FindAsync("chat");
        JsonElement stream = await FindAsync("stream");
        JsonElement helper = await FindAsync("streamHelper");

        string text = Text(chat, "text");
        Assert.NotEmpty(text);
        Assert.Equal((ClientHost.Model, text), (Text(chat, "model"), Text(stream, "text")));
        Assert.Equal([Text(chat, "finish")], Texts(stream, "finish"));
        Assert.Equal(Number(chat.GetProperty("usage"), "total_tokens"), Number(stream.GetProperty("usage"), "total_tokens"));
        Assert.Equal([text, text], Texts(helper, "texts"));
    }

    [Fact]
    public async Task Tools_NamedFunction_GoesThereAndBack()
    {
        JsonElement found = await FindAsync("tools");

        Assert.Equal(("get_weather", "tool_calls"), (Text(found, "name"), Text(found, "finish")));
        Assert.Contains(Text(found, "city"), Cities);
        Assert.NotEmpty(Text(found, "text"));
        Assert.Equal("get_weather", Text(found.GetProperty("streamed"), "name"));
        Assert.Contains(Text(found.GetProperty("streamed"), "city"), Cities);
    }

    [Fact]
    public async Task StrictTools_Auto_AreTakenAndParsed()
    {
        JsonElement found = await FindAsync("strictTools");

        Assert.NotEmpty(Text(found, "text"));
        Assert.Equal(Text(found, "text"), Text(found, "streamed"));
        Assert.Equal([0, 0], Numbers(found, "calls"));
        JsonElement parsed = found.GetProperty("parsed");
        if (Text(found, "name") == "add")
        {
            Assert.InRange(Number(parsed, "a"), 0, 99);
        }
        else
        {
            Assert.Contains(Text(parsed, "city"), Cities);
        }
    }

    [Fact]
    public async Task Parse_ZodSchema_GivesAnObjectOfIt()
    {
        JsonElement person = await FindAsync("parse");

        Assert.Equal(["name", "age"], person.EnumerateObject().Select(property => property.Name));
        Assert.InRange(Number(person, "age"), 1, 99);
    }

    [Fact]
    public async Task Logprobs_OfEveryToken_MakeTheText()
    {
        JsonElement found = await FindAsync("logprobs");

        Assert.Equal(Text(found, "text"), Text(found, "bytes"));
        Assert.Equal([2, 2, 2, 2], Numbers(found, "tops"));
        Assert.All(found.GetProperty("logprobs").EnumerateArray(), logprob => Assert.InRange(logprob.GetDouble(), -100, 0));
    }

    [Fact]
    public async Task Several_Seeded_Differ()
    {
        JsonElement found = await FindAsync("several");

        Assert.Equal([0, 1, 2], Numbers(found, "indexes"));
        Assert.Equal(3, Texts(found, "texts").Distinct().Count());
    }

    [Fact]
    public async Task Stop_EndsTheTextBeforeIt()
    {
        JsonElement found = await FindAsync("stop");

        Assert.Equal((Text(found, "expected"), "stop"), (Text(found, "text"), Text(found, "finish")));
    }

    [Fact]
    public async Task Completions_StreamedAndWhole_AreTheSame()
    {
        JsonElement found = await FindAsync("completions");

        Assert.NotEmpty(Text(found, "text"));
        Assert.Equal(Text(found, "text"), Text(found, "streamed"));
        Assert.Equal([12, 12, 12], Numbers(found, "lengths"));
    }

    [Fact]
    public async Task Models_AreListedAndFound()
    {
        JsonElement found = await FindAsync("models");

        Assert.Equal([ClientHost.Model], Texts(found, "ids"));
        Assert.Equal("token-factory", Text(found, "owner"));
    }

    [Fact]
    public async Task Batch_FromItsFileToItsAnswers_Completes()
    {
        JsonElement found = await FindAsync("batch");

        Assert.Equal(("processed", "completed"), (Text(found, "processed"), Text(found, "status")));
        Assert.Equal("test", Text(found.GetProperty("metadata"), "job"));
        Assert.Equal(["a", "b"], Texts(found, "ids"));
        Assert.True(found.GetProperty("isListed").GetBoolean());
        Assert.True(found.GetProperty("deleted").GetBoolean());
    }

    [Fact]
    public async Task Errors_AreTheClientsOwnTypes()
    {
        JsonElement[] errors = [.. (await FindAsync("errors")).EnumerateArray()];

        Assert.Equal(
            [("AuthenticationError", 401, "invalid_api_key"), ("NotFoundError", 404, "model_not_found"), ("BadRequestError", 400, ""), ("NotFoundError", 404, "not_found")],
            errors.Select(error => (Text(error, "type"), (int)Number(error, "status"), error.GetProperty("code").GetString() ?? "")));
        Assert.Equal("temperature", Text(errors[2], "param"));
        Assert.All(errors, error => Assert.True(error.GetProperty("hasId").GetBoolean()));
    }

    [Fact]
    public async Task Abort_InTheMiddle_LeavesNothingRunning()
    {
        Assert.InRange(Number(await FindAsync("abort"), "chunks"), 5, 8);

        Assert.InRange(await Host.UntilCancelledAsync((await RunAsync()).Tenant), 1, 3599);
    }

    [Fact]
    public async Task LimitReached_TheClientWaitsAsToldAndSucceeds()
    {
        JsonElement found = await FindAsync("retry");
        JsonElement givenUp = await FindAsync("giveUp");

        Assert.Equal(429, Number(found, "refused"));
        AssertRetried(found);
        Assert.Equal(1, Number(found, "tokens"));
        Assert.Equal(("RateLimitError", 429, "rate_limit_exceeded"), (Text(givenUp, "type"), (int)Number(givenUp, "status"), Text(givenUp, "code")));
        Assert.InRange(Number(givenUp, "retryAfter"), 1, 60 / NodeRun.RequestsPerMinute);
    }
}
