using System.Text.Json;
using Xunit;

namespace TokenFactory.Clients.Tests.Node;

/// <summary>Responses by the packages openai and ai for Node.</summary>
[Collection(ClientHost.Name)]
public sealed class ResponseTests(ClientHost host) : NodeTests(host, "responses")
{
    private static readonly string[] Cities = ["Rome", "Oslo"];

    [Fact]
    public async Task Exchanges_AllThatWereWhole_AreAsDescribed()
    {
        NodeRun run = await RunAsync();

        Assert.InRange(run.Exchanges.Count, 20, int.MaxValue);
        Described.Check(run.Exchanges);
    }

    [Fact]
    public async Task Create_StreamedAndWhole_AreTheSame()
    {
        JsonElement whole = await FindAsync("create");
        JsonElement stream = await FindAsync("stream");
        JsonElement helper = await FindAsync("streamHelper");

        string text = Text(whole, "text");
        Assert.NotEmpty(text);
        Assert.Equal(("incomplete", "max_output_tokens", 16), (Text(whole, "status"), Text(whole, "reason"), Number(whole, "output")));
        Assert.Equal(["message"], Texts(whole, "items"));
        Assert.Equal((text, text, text), (Text(stream, "text"), Text(helper, "text"), Text(helper, "final")));
        Assert.Equal(Enumerable.Range(0, stream.GetProperty("numbers").GetArrayLength()).Select(number => (long)number), Numbers(stream, "numbers"));
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.incomplete",
            ],
            Texts(stream, "types"));
    }

    [Fact]
    public async Task Tools_NamedFunction_GoesThereAndBack()
    {
        JsonElement found = await FindAsync("tools");

        Assert.Equal("get_weather", Text(found, "name"));
        Assert.Contains(Text(found, "city"), Cities);
        Assert.NotEmpty(Text(found, "kept"));
        Assert.NotEmpty(Text(found, "told"));
    }

    [Theory]
    [InlineData("parse")]
    [InlineData("vercel object")]
    public async Task Parse_ZodSchema_GivesAnObjectOfIt(string check)
    {
        JsonElement person = await FindAsync(check);

        Assert.Equal(["name", "age"], person.EnumerateObject().Select(property => property.Name));
        Assert.InRange(Number(person, "age"), 1, 99);
    }

    [Fact]
    public async Task Kept_GoneOnWithShownAndDeleted()
    {
        JsonElement found = await FindAsync("kept");

        Assert.True(found.GetProperty("previous").GetBoolean());
        Assert.True(found.GetProperty("isSame").GetBoolean());
        Assert.Equal(["And then?"], Texts(found, "items"));
        Assert.Equal(Number(found, "used"), Number(found, "counted"));
        Assert.Equal(404, Number(found, "missing"));
    }

    [Fact]
    public async Task Background_IsPolledToItsEnd()
    {
        JsonElement found = await FindAsync("background");

        Assert.Contains(Text(found, "first"), new[] { "queued", "in_progress" });
        Assert.Equal(("incomplete", Text(await FindAsync("create"), "text")), (Text(found, "last"), Text(found, "text")));
    }

    [Fact]
    public async Task Errors_AreTheClientsOwnTypes() =>
        Assert.Equal(
            [("NotFoundError", 404, "model"), ("BadRequestError", 400, "temperature"), ("BadRequestError", 400, "conversation")],
            (await FindAsync("errors")).EnumerateArray().Select(error => (Text(error, "type"), (int)Number(error, "status"), Text(error, "param"))));

    [Fact]
    public async Task Abort_InTheMiddle_LeavesNothingRunning()
    {
        Assert.Equal(3, Number(await FindAsync("abort"), "deltas"));

        Assert.InRange(await Host.UntilCancelledAsync((await RunAsync()).Tenant), 1, 899);
    }

    [Fact]
    public async Task Vercel_TextAndTools_AreWholeAndStreamedAndGoBack()
    {
        JsonElement text = await FindAsync("vercel text");
        JsonElement tools = await FindAsync("vercel tools");

        Assert.NotEmpty(Text(text, "text"));
        Assert.Equal((Text(text, "text"), "length", 16), (Text(text, "streamed"), Text(text, "finishReason"), Number(text, "tokens")));
        Assert.Equal([-3], Numbers(tools, "results"));
        Assert.Equal(2, Number(tools, "steps"));
        Assert.NotEmpty(Text(tools, "text"));
    }
}
