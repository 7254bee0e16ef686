using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>Reads answers, and says what they must be.</summary>
internal static class Answers
{
    /// <summary>The hash executor's greedy text after a prompt.</summary>
    public static string Continue(string prompt, int tokens) =>
        string.Concat(HashExecutor.Continue([.. Encoding.UTF8.GetBytes(prompt).Select(value => (int)value)], tokens, 256).Select(token => (char)token));

    /// <summary>The body of an answer that must be a success.</summary>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The chunks of a streamed answer; it must end with <c>[DONE]</c>.</summary>
    public static async Task<JsonElement[]> ReadChunksAsync(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        string[] events = [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line["data: ".Length..])];
        Assert.Equal("[DONE]", events[^1]);
        return [.. events[..^1].Select(json => JsonElement.Parse(json))];
    }

    /// <summary>The error of an answer that must be a refusal with this status.</summary>
    public static async Task<JsonElement> ReadErrorAsync(HttpResponseMessage response, System.Net.HttpStatusCode status)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {body}");
        JsonElement error = JsonElement.Parse(body).GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        return error;
    }
}
