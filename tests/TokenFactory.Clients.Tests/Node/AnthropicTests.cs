using System.Text.Json;
using Xunit;

namespace TokenFactory.Clients.Tests.Node;

/// <summary>The package @anthropic-ai/sdk for Node.</summary>
[Collection(ClientHost.Name)]
public sealed class AnthropicTests(ClientHost host) : NodeTests(host, "anthropic")
{
    [Fact]
    public async Task Message_Greedy_HasATextBlockAndUsage()
    {
        JsonElement found = await FindAsync("message");

        Assert.Equal(("message", "assistant", "max_tokens"), (Text(found, "type"), Text(found, "role"), Text(found, "stop")));
        Assert.Equal(["text"], Texts(found, "blocks"));
        Assert.NotEmpty(Text(found, "text"));
        Assert.Equal(16, Number(found.GetProperty("usage"), "output_tokens"));
    }

    [Fact]
    public async Task Stream_ReadByTheHelper_GivesTheWholeMessage()
    {
        JsonElement found = await FindAsync("stream");

        Assert.NotEmpty(Text(found, "whole"));
        Assert.Equal((Text(found, "whole"), Text(found, "whole")), (Text(found, "text"), Text(found, "final")));
        Assert.Equal(("max_tokens", 16), (Text(found, "stop"), Number(found, "tokens")));
        Assert.Equal(
            ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
            Texts(found, "events").Where(name => name != "ping"));
    }

    [Fact]
    public async Task Tools_NamedTool_GoesThereAndBack()
    {
        JsonElement found = await FindAsync("tools");

        foreach (JsonElement call in new[] { found, found.GetProperty("streamed") })
        {
            Assert.Equal(("get_weather", "tool_use", true), (Text(call, "name"), Text(call, "stop"), call.GetProperty("isObject").GetBoolean()));
        }
        Assert.NotEmpty(Text(found, "text"));
    }

    [Fact]
    public async Task StopSequence_EndsTheTextBeforeItAndIsNamed()
    {
        JsonElement found = await FindAsync("stop");

        Assert.Equal(("stop_sequence", Text(found, "stop"), Text(found, "expected")), (Text(found, "reason"), Text(found, "sequence"), Text(found, "text")));
    }

    [Fact]
    public async Task CountTokens_OfAMessage_IsWhatItUses()
    {
        JsonElement found = await FindAsync("count");

        Assert.InRange(Number(found, "counted"), 1, 100);
        Assert.Equal(Number(found, "counted"), Number(found, "used"));
    }

    [Fact]
    public async Task Errors_AreTheClientsOwnTypes()
    {
        JsonElement[] errors = [.. (await FindAsync("errors")).EnumerateArray()];

        Assert.Equal(
            [
                ("AuthenticationError", 401, "authentication_error"), ("NotFoundError", 404, "not_found_error"),
                ("BadRequestError", 400, "invalid_request_error"), ("NotFoundError", 404, "not_found_error"),
            ],
            errors.Select(error => (Text(error, "type"), (int)Number(error, "status"), Text(error, "kind"))));
        Assert.All(errors, error => Assert.True(error.GetProperty("hasId").GetBoolean()));
    }

    [Fact]
    public async Task Abort_InTheMiddle_LeavesNothingRunning()
    {
        Assert.Equal("APIUserAbortError", Text(await FindAsync("abort"), "type"));

        Assert.InRange(await Host.UntilCancelledAsync((await RunAsync()).Tenant), 1, 899);
    }

    [Fact]
    public async Task LimitReached_TheClientWaitsAsToldAndSucceeds()
    {
        JsonElement found = await FindAsync("retry");

        AssertRetried(found);
        Assert.Equal(1, Number(found, "tokens"));
    }
}
