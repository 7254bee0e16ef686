using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TokenFactory.Web.Tests.Bench;

/// <summary>A server that streams completions as a test tells it to.</summary>
internal sealed class CompletionServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CompletionServer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    /// <summary>Bodies asked for, in order.</summary>
    public ConcurrentQueue<JsonElement> Asked { get; } = new();

    /// <summary>Models that it says it serves.</summary>
    public string[] Models { get; set; } = ["peer"];

    /// <summary>Longest sequence that it says it takes; null: it says nothing.</summary>
    public int? MaxModelLen { get; set; }

    /// <summary>Whether every piece says how many tokens there are by now.</summary>
    public bool CountsAlong { get; set; }

    /// <summary>Tokens of a piece.</summary>
    public int TokensPerPiece { get; set; } = 1;

    /// <summary>Refuses a request with a message; null: it is answered.</summary>
    public Func<JsonElement, string?> Refuse { get; set; } = _ => null;

    /// <summary>Answers a request in the server's place; false lets the server answer.</summary>
    public Func<HttpContext, JsonElement, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    public static async Task<CompletionServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        CompletionServer server = new(builder.Build());
        server._app.MapGet("/v1/models", () => new { data = server.Models.Select(name => new { id = name, max_model_len = server.MaxModelLen }) });
        server._app.MapPost("/v1/completions", server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Sends a piece of a stream.</summary>
    public static async Task SendAsync(HttpContext context, string data)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream";
        }
        await context.Response.WriteAsync($"data: {data}\n\n");
        await context.Response.Body.FlushAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        JsonElement body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        Asked.Enqueue(body);
        if (Refuse(body) is { } words)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new { error = new { message = words } });
            return;
        }
        if (await Instead(context, body))
        {
            return;
        }
        int asked = body.GetProperty("max_tokens").GetInt32();
        JsonElement prompt = body.GetProperty("prompt");
        int length = prompt.ValueKind == JsonValueKind.Array ? prompt.GetArrayLength() : prompt.GetString()!.Split(' ').Length;
        for (int sent = 0; sent < asked; sent += TokensPerPiece)
        {
            JsonObject piece = new() { ["choices"] = new JsonArray(new JsonObject { ["text"] = " x", ["finish_reason"] = sent + TokensPerPiece >= asked ? "length" : null }) };
            if (CountsAlong)
            {
                piece["usage"] = Usage(length, Math.Min(asked, sent + TokensPerPiece));
            }
            await SendAsync(context, piece.ToJsonString());
        }
        await SendAsync(context, new JsonObject { ["choices"] = new JsonArray(), ["usage"] = Usage(length, asked) }.ToJsonString());
        await SendAsync(context, "[DONE]");
    }

    private static JsonObject Usage(int prompt, int completion) => new() { ["prompt_tokens"] = prompt, ["completion_tokens"] = completion };
}
