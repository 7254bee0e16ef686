using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

public sealed class TokenizeTests
{
    [Fact]
    public async Task Tokenize_PromptOrMessages_GivesTheTokensThatTheModelWouldGet()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement prompt = await Answers.ReadAsync(await PostAsync(host, "/tokenize", new { model = "hash", prompt = "hé", return_token_strs = true }));
        JsonElement chat = await Answers.ReadAsync(await PostAsync(host, "/tokenize", new { messages = new[] { new { role = "user", content = "x" } } }));

        Assert.Equal(3, prompt.GetProperty("count").GetInt32());
        Assert.Equal(2048, prompt.GetProperty("max_model_len").GetInt32());
        Assert.Equal(["h", "bytes:\\xc3", "bytes:\\xa9"], prompt.GetProperty("token_strs").EnumerateArray().Select(text => text.GetString()));
        Assert.Equal("user: x\n", string.Concat(chat.GetProperty("tokens").EnumerateArray().Select(token => (char)token.GetInt32())));
        Assert.Equal(JsonValueKind.Null, chat.GetProperty("token_strs").ValueKind);
        Assert.Empty(await host.ReadLedgerAsync());
    }

    [Fact]
    public async Task Detokenize_OfTokenize_IsTheText()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        JsonElement tokens = (await Answers.ReadAsync(await PostAsync(host, "/tokenize", new { prompt = "Grüße 世界" }))).GetProperty("tokens");

        JsonElement text = await Answers.ReadAsync(await PostAsync(host, "/detokenize", new { tokens }));

        Assert.Equal("Grüße 世界", text.GetProperty("prompt").GetString());
    }

    [Theory]
    [InlineData("/tokenize", "{}", "prompt")]
    [InlineData("/tokenize", "{\"prompt\":[1]}", "prompt")]
    [InlineData("/tokenize", "{\"messages\":[]}", "messages")]
    [InlineData("/detokenize", "{}", "tokens")]
    [InlineData("/detokenize", "{\"tokens\":[1,256]}", "tokens")]
    [InlineData("/detokenize", "{\"tokens\":[-1]}", "tokens")]
    [InlineData("/detokenize", "{\"tokens\":\"a\"}", "tokens")]
    public async Task Post_Malformed_Is400AndNamesTheField(string path, string json, string field)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(await host.PostJsonAsync(path, json), HttpStatusCode.BadRequest);

        Assert.Equal(field, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("/tokenize")]
    [InlineData("/detokenize")]
    [InlineData("/v1/messages")]
    [InlineData("/v1/messages/count_tokens")]
    public async Task Post_WithoutKey_Is401(string path)
    {
        await using ApiHost host = await ApiHost.StartAsync(environment: "Production");

        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostJsonAsync(path, "{}")).StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(ApiHost host, string path, object body) => host.Client.PostAsJsonAsync(path, body);
}
