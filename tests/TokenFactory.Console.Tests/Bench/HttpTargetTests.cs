using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TokenFactory.Web.Bench;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Reports;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Bench.Workloads;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

/// <summary>Servers that answer well, in forms of their own, or not at all.</summary>
public sealed class HttpTargetTests
{
    private static readonly HttpTargetSettings Settings = new(null, "secret", null, null, 1000);

    [Fact]
    public async Task Run_AgainstAServer_AsksExactlyWhatWasAskedFor()
    {
        await using CompletionServer server = await CompletionServer.StartAsync();

        BenchReport report = await RunAsync(server, new BenchOptions { Requests = 3, PromptTokens = 20, OutputTokens = 6 });

        Assert.Equal((3, 60L, 18L), (report.Requests.Answered, report.Tokens.Prompt, report.Tokens.Output));
        Assert.Empty(report.Notes);
        Assert.All(server.Asked.Skip(1), body =>
        {
            Assert.Equal("peer", body.GetProperty("model").GetString());
            Assert.Equal(20, body.GetProperty("prompt").GetArrayLength());
            Assert.Equal(6, body.GetProperty("max_tokens").GetInt32());
            Assert.Equal(0, body.GetProperty("temperature").GetInt32());
            Assert.True(body.GetProperty("ignore_eos").GetBoolean());
            Assert.True(body.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        });
    }

    [Fact]
    public async Task Pieces_ThatSayHowManyTokensThereAre_AreCountedByToken()
    {
        await using CompletionServer server = await CompletionServer.StartAsync();
        server.CountsAlong = true;
        server.TokensPerPiece = 4;

        BenchReport report = await RunAsync(server, new BenchOptions { Requests = 1, OutputTokens = 10 });

        Assert.Equal(10, report.Tokens.Output);
        Assert.Empty(report.Notes);
        // Of nine gaps seven lie inside a piece.
        Assert.Equal(0, report.Latency.BetweenTokens!.P50);
    }

    [Fact]
    public async Task Pieces_ThatDoNotSay_AreNamedInANote()
    {
        await using CompletionServer server = await CompletionServer.StartAsync();
        server.TokensPerPiece = 5;

        BenchReport report = await RunAsync(server, new BenchOptions { Requests = 2, OutputTokens = 10 });

        Assert.Equal(20, report.Tokens.Output);
        Assert.Contains("20 tokens came in 4 pieces", Assert.Single(report.Notes));
    }

    [Fact]
    public async Task Prompts_WhereIdsAreRefused_AreWordsAndItIsSaid()
    {
        await using CompletionServer server = await CompletionServer.StartAsync();
        server.Refuse = body => body.GetProperty("prompt").ValueKind == JsonValueKind.Array ? "prompt must be a string" : null;

        BenchReport report = await RunAsync(server, new BenchOptions { Requests = 2 });

        Assert.Equal(2, report.Requests.Answered);
        Assert.Contains("prompt must be a string", Assert.Single(report.Notes));
        Assert.Equal(JsonValueKind.String, server.Asked.Last().GetProperty("prompt").ValueKind);
    }

    [Fact]
    public async Task Extensions_ThatAreRefused_AreLeftOutAndItIsSaid()
    {
        await using CompletionServer server = await CompletionServer.StartAsync();
        server.Refuse = body => body.TryGetProperty("ignore_eos", out _) ? "Unrecognized request argument supplied: ignore_eos" : null;

        BenchReport report = await RunAsync(server, new BenchOptions { Requests = 2 });

        Assert.Equal(2, report.Requests.Answered);
        Assert.Contains("ignore_eos", Assert.Single(report.Notes));
        Assert.Equal(JsonValueKind.Array, server.Asked.Last().GetProperty("prompt").ValueKind);
    }

    [Fact]
    public async Task Request_RefusedInAnyForm_SaysWhatTheServerSaid()
    {
        await using CompletionServer server = await CompletionServer.StartAsync();
        server.Refuse = _ => "Not today.";

        BenchException problem = await Assert.ThrowsAsync<BenchException>(() => RunAsync(server, new BenchOptions()));

        Assert.Contains("Not today.", problem.Message);
    }

    [Theory]
    [InlineData("cut", "The connection broke off before the answer was whole.")]
    [InlineData("ended", "The stream broke off before the answer was whole.")]
    [InlineData("error", "The stream ended with an error: Out of memory.")]
    [InlineData("nonsense", "The server sent something that is no JSON of a completion.")]
    [InlineData("503", "The server answered 503: Busy.")]
    [InlineData("page", "The server answered with text/html in place of a stream of events.")]
    public async Task Answer_ThatBreaksOff_IsCountedUnderItsReason(string how, string reason)
    {
        await using CompletionServer server = await CompletionServer.StartAsync();
        server.Instead = async (context, body) =>
        {
            // The first request finds out how the server is asked.
            if (server.Asked.Count == 1)
            {
                return false;
            }
            await BreakAsync(context, how);
            return true;
        };

        BenchReport report = await RunAsync(server, new BenchOptions { Requests = 5, Concurrency = 2 });

        Assert.Equal([new FailureCount(reason, 5)], report.Requests.Failures);
        Assert.Equal((0, 5, 0), (report.Requests.Answered, report.Requests.Failed, report.Requests.NotSent));
        Assert.Equal(0, report.Goodput.Share);
    }

    [Fact]
    public async Task Server_ThatEndsMidway_LeavesTheRestUnsentAndCounted()
    {
        CompletionServer server = await CompletionServer.StartAsync();
        BenchReport report;
        await using (HttpTarget target = await ConnectAsync(server.Url, Settings))
        {
            server.Instead = async (context, body) =>
            {
                if (server.Asked.Count == 6)
                {
                    context.Abort();
                    // Whoever disposes of a server waits for its requests, of which this is one.
                    _ = Task.Run(server.DisposeAsync, CancellationToken.None);
                    return true;
                }
                return false;
            };
            report = await RunAsync(target, new BenchOptions { Requests = 500, Concurrency = 1 });
        }

        Assert.Equal(500, report.Requests.Answered + report.Requests.Failed + report.Requests.NotSent);
        Assert.InRange(report.Requests.Answered, 4, 10);
        Assert.True(report.Requests.NotSent > 400);
        Assert.Contains(report.Requests.Failures, failure => failure.Reason.StartsWith("Nothing answers there", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("other", "It does not serve other but peer.", "peer")]
    [InlineData(null, "It serves one, two; name one with --model NAME.", "one", "two")]
    public async Task Connect_ToAServerWithOtherModels_NamesThem(string? wanted, string words, params string[] models)
    {
        await using CompletionServer server = await CompletionServer.StartAsync();
        server.Models = models;

        BenchException problem = await Assert.ThrowsAsync<BenchException>(() => ConnectAsync(server.Url, Settings with { Model = wanted }));

        Assert.Contains(words, problem.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(4096)]
    public async Task Connect_ToAServerThatSaysItsContext_KnowsIt(int? context)
    {
        await using CompletionServer server = await CompletionServer.StartAsync();
        server.MaxModelLen = context;

        await using HttpTarget target = await ConnectAsync(server.Url, Settings with { Model = "peer" });

        Assert.Equal(context, target.Facts.Context);
    }

    [Fact]
    public async Task Connect_WhereNobodyListens_SaysSo()
    {
        using TcpListener free = new(System.Net.IPAddress.Loopback, 0);
        free.Start();
        Uri url = new($"http://{free.LocalEndpoint}");
        free.Stop();

        Assert.Contains("Nothing answers there", (await Assert.ThrowsAsync<BenchException>(() => ConnectAsync(url, Settings))).Message);
    }

    private static Task<HttpTarget> ConnectAsync(Uri url, HttpTargetSettings settings) =>
        HttpTarget.ConnectAsync(url, settings, TimeProvider.System, TestContext.Current.CancellationToken);

    private static async Task<BenchReport> RunAsync(CompletionServer server, BenchOptions options)
    {
        await using HttpTarget target = await ConnectAsync(server.Url, Settings);
        return await RunAsync(target, options);
    }

    private static Task<BenchReport> RunAsync(HttpTarget target, BenchOptions options) =>
        BenchSession.RunAsync(target, options, WorkloadMaker.Make(options), new ProgressBar(null));

    private static async Task BreakAsync(HttpContext context, string how)
    {
        const string Piece = """{"choices":[{"text":" x"}]}""";
        switch (how)
        {
            case "cut":
                await CompletionServer.SendAsync(context, Piece);
                context.Abort();
                break;
            case "ended":
                await CompletionServer.SendAsync(context, Piece);
                break;
            case "error":
                await CompletionServer.SendAsync(context, Piece);
                await CompletionServer.SendAsync(context, """{"error":{"message":"Out of memory."}}""");
                break;
            case "nonsense":
                await CompletionServer.SendAsync(context, "{");
                break;
            case "503":
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                await context.Response.WriteAsJsonAsync(new { error = new { message = "Busy." } });
                break;
            case "page":
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<p>Welcome</p>");
                break;
        }
    }
}
