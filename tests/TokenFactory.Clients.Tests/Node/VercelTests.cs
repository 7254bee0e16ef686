using System.Text.Json;
using Xunit;

namespace TokenFactory.Clients.Tests.Node;

/// <summary>Vercel's package ai for Node, through two of its providers.</summary>
[Collection(ClientHost.Name)]
public sealed class VercelTests(ClientHost host) : NodeTests(host, "vercel")
{
    [Fact]
    public async Task Exchanges_AllThatWereWhole_AreAsDescribed()
    {
        NodeRun run = await RunAsync();

        Assert.InRange(run.Exchanges.Count, 12, int.MaxValue);
        Described.Check(run.Exchanges);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task Text_StreamedAndWhole_AreTheSame(string provider)
    {
        JsonElement whole = await FindAsync($"{provider} generate");
        JsonElement stream = await FindAsync($"{provider} stream");

        Assert.NotEmpty(Text(whole, "text"));
        Assert.Equal((Text(whole, "text"), "length", "length"), (Text(stream, "text"), Text(whole, "finishReason"), Text(stream, "finishReason")));
        Assert.Equal((16, 16), (Numbers(whole, "tokens")[1], Number(stream, "tokens")));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task Tools_NamedTool_IsRunAndItsResultSentBack(string provider)
    {
        JsonElement found = await FindAsync($"{provider} tools");

        Assert.Equal(["get_weather"], Texts(found, "calls"));
        Assert.Equal([-3], Numbers(found, "results"));
        Assert.Equal(2, Number(found, "steps"));
        Assert.NotEmpty(Text(found, "text"));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task Object_OfASchema_IsParsed(string provider)
    {
        JsonElement person = await FindAsync($"{provider} object");

        Assert.Equal(["name", "age"], person.EnumerateObject().Select(property => property.Name));
        Assert.InRange(Number(person, "age"), 1, 99);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task BadValue_IsACallErrorThatIsNotRetried(string provider)
    {
        JsonElement found = await FindAsync($"{provider} errors");

        Assert.Equal((true, 400, false), (found.GetProperty("isCallError").GetBoolean(), (int)Number(found, "status"), found.GetProperty("isRetryable").GetBoolean()));
        Assert.Contains("temperature", Text(found, "message"));
    }

    [Fact]
    public async Task LimitReached_TheClientWaitsAndSucceeds()
    {
        JsonElement found = await FindAsync("retry");

        Assert.Equal([429, 200], Numbers(found, "statuses"));
        Assert.NotEmpty(Text(found, "text"));
    }
}
