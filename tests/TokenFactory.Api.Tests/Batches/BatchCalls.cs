using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests.Batches;

/// <summary>What a client of files and batches sends, and what it waits for.</summary>
internal static class BatchCalls
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A line of a batch of completions.</summary>
    public static string Line(string customId, object body, string url = "/v1/completions", string method = "POST") =>
        JsonSerializer.Serialize(new { custom_id = customId, method, url, body });

    /// <summary>Lines whose prompts are <c>prompt 1</c>, <c>prompt 2</c> and so on.</summary>
    public static string Lines(int count, int maxTokens, string? model = null) =>
        string.Join('\n', Enumerable.Range(1, count).Select(i => Line($"line-{i}", new { model, prompt = $"prompt {i}", max_tokens = maxTokens })));

    public static Task<HttpResponseMessage> SendFileAsync(HttpClient client, string content, string purpose = "batch", params (string Name, string Value)[] more)
    {
        MultipartFormDataContent form = new() { { new StringContent(purpose), "purpose" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "file", "requests.jsonl" } };
        foreach ((string name, string value) in more)
        {
            form.Add(new StringContent(value), name);
        }
        return client.PostAsync("/v1/files", form);
    }

    public static async Task<string> UploadAsync(HttpClient client, string content) =>
        (await Answers.ReadAsync(await SendFileAsync(client, content))).GetProperty("id").GetString()!;

    public static Task<HttpResponseMessage> SendBatchAsync(HttpClient client, string file, string endpoint = "/v1/completions") =>
        client.PostAsJsonAsync("/v1/batches", new { input_file_id = file, endpoint, completion_window = "24h" });

    /// <summary>Uploads lines and makes a batch of them.</summary>
    /// <returns>The batch's id.</returns>
    public static async Task<string> StartAsync(HttpClient client, string lines, string endpoint = "/v1/completions") =>
        (await Answers.ReadAsync(await SendBatchAsync(client, await UploadAsync(client, lines), endpoint))).GetProperty("id").GetString()!;

    public static async Task<JsonElement> ShowAsync(HttpClient client, string batch) => await Answers.ReadAsync(await client.GetAsync($"/v1/batches/{batch}"));

    /// <summary>Waits until a batch is as wanted.</summary>
    public static async Task<JsonElement> UntilAsync(HttpClient client, string batch, Predicate<JsonElement> isWanted)
    {
        using CancellationTokenSource late = new(Patience);
        while (true)
        {
            JsonElement shown = await ShowAsync(client, batch);
            if (isWanted(shown))
            {
                return shown;
            }
            Assert.False(late.IsCancellationRequested, $"the batch stands at {shown}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public static Task<JsonElement> UntilAsync(HttpClient client, string batch, string status) =>
        UntilAsync(client, batch, shown => shown.GetProperty("status").GetString() == status);

    public static int Count(JsonElement batch, string which) => batch.GetProperty("request_counts").GetProperty(which).GetInt32();

    /// <summary>The lines of a file that a batch shows under a name; none where it shows none.</summary>
    public static async Task<JsonElement[]> ReadAsync(HttpClient client, JsonElement batch, string which)
    {
        if (batch.GetProperty(which).GetString() is not { } id)
        {
            return [];
        }
        string content = await client.GetStringAsync($"/v1/files/{id}/content");
        Assert.EndsWith("\n", content);
        return [.. content.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    public static string CustomId(JsonElement line) => line.GetProperty("custom_id").GetString()!;
}
