using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Api.Tests.Batches;

namespace TokenFactory.Api.Tests.Contract;

/// <summary>Embeddings of every kind.</summary>
internal static class EmbeddingTraffic
{
    private const string Url = "/v1/embeddings";

    public static async Task PlayAsync(Func<ApiHost, HttpClient> clientOf)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using HttpClient client = clientOf(host);
        object[] bodies =
        [
            new { input = "one" }, new { input = new[] { "one", "two" }, dimensions = 4, user = "u" }, new { input = new[] { 65, 66 } },
            new { input = new[] { new[] { 65 }, new[] { 66, 67 } } }, new { input = "one", encoding_format = "base64" },
        ];
        foreach (object body in bodies)
        {
            await Answers.ReadAsync(await client.PostAsJsonAsync(Url, body));
        }
        foreach (object body in new object[] { new { }, new { input = "" }, new { input = "x", dimensions = 0 }, new { input = "x", encoding_format = "int" } })
        {
            await Answers.ReadErrorAsync(await client.PostAsJsonAsync(Url, body), System.Net.HttpStatusCode.BadRequest);
        }
        string lines = BatchCalls.Line("a", new { input = "hello" }, Url);
        JsonElement batch = await BatchCalls.UntilAsync(client, await BatchCalls.StartAsync(client, lines, Url), "completed");
        await BatchCalls.ReadAsync(client, batch, "output_file_id");
    }
}
