using System.Net;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>What cannot be done is refused with a 400 that names the field, and the next request is served.</summary>
public sealed class BadInputTests
{
    private const string Message = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";

    [Theory]
    [InlineData("temperature", "-1")]
    [InlineData("temperature", "1e300")]
    [InlineData("temperature", "\"hot\"")]
    [InlineData("top_p", "7")]
    [InlineData("top_p", "-0.1")]
    [InlineData("top_k", "-5")]
    [InlineData("top_k", "1.5")]
    [InlineData("min_p", "2")]
    [InlineData("presence_penalty", "99")]
    [InlineData("frequency_penalty", "-99")]
    [InlineData("repetition_penalty", "0")]
    [InlineData("max_tokens", "0")]
    [InlineData("max_tokens", "-1")]
    [InlineData("max_tokens", "99999999999999999999")]
    [InlineData("max_completion_tokens", "0")]
    [InlineData("n", "0")]
    [InlineData("n", "-3")]
    [InlineData("n", "1000000")]
    [InlineData("seed", "\"one\"")]
    [InlineData("stop", "7")]
    [InlineData("stop", "[1]")]
    [InlineData("stream", "\"yes\"")]
    [InlineData("stream_options", "[]")]
    [InlineData("logprobs", "3")]
    [InlineData("top_logprobs", "5")]
    [InlineData("logit_bias", "{\"99999\":1}")]
    [InlineData("logit_bias", "{\"x\":1}")]
    [InlineData("logit_bias", "{\"1\":1e99}")]
    [InlineData("model", "5")]
    [InlineData("tools", "[{}]")]
    [InlineData("response_format", "{\"type\":\"xml\"}")]
    public async Task Chat_BadField_Is400AndNamesIt(string field, string value)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(
            await host.PostJsonAsync("/v1/chat/completions", $"{{{Message},\"{field}\":{value}}}"), HttpStatusCode.BadRequest);

        Assert.StartsWith(field, error.GetProperty("param").GetString());
        Assert.Contains(field, error.GetProperty("message").GetString());
        await host.AssertServesAsync();
    }

    [Theory]
    [InlineData("{\"messages\":7}")]
    [InlineData("{\"messages\":[]}")]
    [InlineData("{\"messages\":[7]}")]
    [InlineData("{\"messages\":[{\"content\":\"x\"}]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}")]
    [InlineData("{}")]
    public async Task Chat_BadMessages_Is400AndNamesThem(string json)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/chat/completions", json), HttpStatusCode.BadRequest);

        Assert.StartsWith("messages", error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"messages\":[")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{\"temperature\":NaN}")]
    [InlineData("{\"messages\":[]}trailing")]
    public async Task Chat_NotAJsonObject_Is400(string json)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/chat/completions", json), HttpStatusCode.BadRequest);

        await host.AssertServesAsync();
    }

    [Fact]
    public async Task Chat_NestedTenThousandDeep_Is400()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string deep = new string('[', 10_000) + new string(']', 10_000);

        await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/chat/completions", $"{{{Message},\"metadata\":{deep}}}"), HttpStatusCode.BadRequest);

        await host.AssertServesAsync();
    }

    [Fact]
    public async Task Chat_TenMegabytesBeyondTheContext_Is400WithBothLengths()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        const int Length = 10_000_000;

        JsonElement error = await Answers.ReadErrorAsync(
            await host.ChatAsync(new { messages = new[] { new { role = "user", content = new string('x', Length) } } }), HttpStatusCode.BadRequest);

        Assert.Equal("context_length_exceeded", error.GetProperty("code").GetString());
        Assert.Contains($"{Length + "user: \n".Length}", error.GetProperty("message").GetString());
        Assert.Contains("2048", error.GetProperty("message").GetString());
        await host.AssertServesAsync();
    }

    [Fact]
    public async Task Chat_TenMegabytesOfGarbage_Is400()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        await Answers.ReadErrorAsync(await host.PostJsonAsync("/v1/chat/completions", new string('{', 10_000_000)), HttpStatusCode.BadRequest);

        await host.AssertServesAsync();
    }
}
