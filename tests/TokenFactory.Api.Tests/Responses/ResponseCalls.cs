using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests.Responses;

/// <summary>What a client of responses sends, reads and waits for.</summary>
internal static class ResponseCalls
{
    public const string Url = "/v1/responses";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static readonly object[] Weather =
        [new { type = "function", name = "get_weather", description = "d", parameters = new { type = "object", properties = new { city = new { type = "string" } } } }];

    public static Task<HttpResponseMessage> SendAsync(HttpClient client, object body) => client.PostAsJsonAsync(Url, body, TestContext.Current.CancellationToken);

    /// <summary>The response to a request that must be answered.</summary>
    public static async Task<JsonElement> CreateAsync(HttpClient client, object body) => await Answers.ReadAsync(await SendAsync(client, body));

    public static async Task<JsonElement> ShowAsync(HttpClient client, string id) => await Answers.ReadAsync(await client.GetAsync($"{Url}/{id}", TestContext.Current.CancellationToken));

    public static async Task<JsonElement> CancelAsync(HttpClient client, string id) => await Answers.ReadAsync(await client.PostAsync($"{Url}/{id}/cancel", null, TestContext.Current.CancellationToken));

    /// <summary>Waits until a response has a status.</summary>
    public static async Task<JsonElement> UntilAsync(HttpClient client, string id, string status)
    {
        using CancellationTokenSource late = new(Patience);
        while (true)
        {
            JsonElement shown = await ShowAsync(client, id);
            if (Text(shown, "status") == status)
            {
                return shown;
            }
            Assert.False(late.IsCancellationRequested, $"the response stands at {shown}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The events of a stream: named as their type says, and numbered from <paramref name="first"/> on.</summary>
    public static async Task<JsonElement[]> ReadEventsAsync(HttpResponseMessage response, int first = 0)
    {
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        string[][] events = [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('\n')).Where(lines => lines[0][0] != ':')];
        JsonElement[] data = [.. events.Select(lines => JsonElement.Parse(lines[1]["data: ".Length..]))];
        Assert.Equal(events.Select(lines => lines[0]["event: ".Length..]), data.Select(one => Text(one, "type")));
        Assert.Equal(Enumerable.Range(first, data.Length), data.Select(one => one.GetProperty("sequence_number").GetInt32()));
        return data;
    }

    /// <summary>The types of events, the common beginning left out and those in a row counted once.</summary>
    public static string Shape(IEnumerable<JsonElement> events)
    {
        List<string> types = [];
        foreach (JsonElement one in events)
        {
            string type = Text(one, "type")!.Replace("response.", "", StringComparison.Ordinal);
            if (types.Count == 0 || types[^1] != type)
            {
                types.Add(type);
            }
        }
        return string.Join(' ', types);
    }

    /// <summary>The deltas of a type, joined.</summary>
    public static string Join(IEnumerable<JsonElement> events, string type) =>
        string.Concat(events.Where(one => Text(one, "type") == $"response.{type}.delta").Select(one => Text(one, "delta")));

    /// <summary>What the model says in a response.</summary>
    public static string Said(JsonElement response) => string.Concat(response.GetProperty("output").EnumerateArray()
        .Where(item => Text(item, "type") == "message").SelectMany(item => item.GetProperty("content").EnumerateArray()).Select(part => Text(part, "text")));

    public static string Id(JsonElement response) => Text(response, "id")!;

    public static string? Text(JsonElement element, string field) => element.GetProperty(field).GetString();

    public static int Usage(JsonElement response, string field) => response.GetProperty("usage").GetProperty(field).GetInt32();
}
