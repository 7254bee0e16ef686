using TokenFactory.Models.Hub;
using TokenFactory.Tests.Shared.Hub;
using Xunit;

namespace TokenFactory.Models.Tests.Hub;

/// <summary>Downloads from a real server on this machine, and everything that can go wrong on the way.</summary>
public sealed class HubDownloadTests : IAsyncLifetime
{
    private const int LargeBytes = 900_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-hub-");
    private readonly List<HubProgress> _progress = [];
    private LocalHub _hub = null!;

    private string Weights => Path.Combine(_folder.FullName, "model.safetensors");

    public async ValueTask InitializeAsync()
    {
        _hub = await LocalHub.StartAsync();
        _hub.Add("config.json", "{}"u8.ToArray());
        _hub.Add("tokenizer.json", new byte[5000]);
        _hub.Add("README.md", []);
        _hub.Add("model.safetensors", Noise(LargeBytes), isLarge: true);
        _hub.Add("pytorch_model.bin", new byte[99], isLarge: true);
        _hub.Add("model.gguf", new byte[99], isLarge: true);
        _hub.Add("onnx/model.safetensors", new byte[99], isLarge: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Run_AWholeRepository_BringsWhatServingNeedsAndSaysWhereFrom()
    {
        FolderOrigin origin = await RunAsync();

        Assert.Equal([".hub.json", "README.md", "config.json", "model.safetensors", "tokenizer.json"], Names());
        Assert.Equal(_hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Weights, TestContext.Current.CancellationToken));
        Assert.Equal(new FolderOrigin(_hub.Endpoint, LocalHub.Repository, "main", LocalHub.Commit, true), origin);
        Assert.Equal(origin, FolderOrigin.Read(_folder.FullName));
        Assert.Equal((LargeBytes + 5002L, LargeBytes + 5002L), (_progress[^1].DoneBytes, _progress[^1].TotalBytes));
        Assert.Equal(_progress.Select(step => step.DoneBytes).Order(), _progress.Select(step => step.DoneBytes));
    }

    [Fact]
    public async Task Run_WithAToken_SendsItToTheHubAndNotToWhereItRedirects()
    {
        _hub.Token = "hf_secret";
        await RunAsync(new HubOptions { Token = "hf_secret" });

        Assert.All(_hub.Requests.Where(request => request.Host == "hub"), request => Assert.Equal("Bearer hf_secret", request.Authorization));
        Assert.All(_hub.Requests.Where(request => request.Host == "cdn"), request => Assert.True(string.IsNullOrEmpty(request.Authorization)));
        Assert.Contains(_hub.Requests, request => request.Host == "cdn");
        Assert.DoesNotContain("hf_secret", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, FolderOrigin.FileName), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null, "TokenFactory:Hub:Token", "401")]
    [InlineData("hf_other", "Accept its licence", "403")]
    public async Task Run_NotAllowed_SaysWhatToDoWithoutTheToken(string? token, string words, string status)
    {
        _hub.Token = "hf_secret";

        HubException refusal = await Assert.ThrowsAsync<HubException>(() => RunAsync(new HubOptions { Token = token ?? " " }));

        Assert.Equal(HubProblem.NotAllowed, refusal.Problem);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(status, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lab/no-such-model", "main")]
    [InlineData(LocalHub.Repository, "no-such-branch")]
    public async Task Run_WhatIsNotThere_SaysSo(string repository, string revision)
    {
        HubException refusal = await Assert.ThrowsAsync<HubException>(() => RunAsync(repository: repository, revision: revision));

        Assert.Equal(HubProblem.NotFound, refusal.Problem);
        Assert.Contains(repository, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-owner")]
    [InlineData("../../etc")]
    [InlineData("a/b/c")]
    [InlineData("lab/..")]
    public async Task Run_ANameThatIsNone_IsRefusedBeforeAnythingIsAsked(string repository)
    {
        Assert.Equal(HubProblem.BadName, (await Assert.ThrowsAsync<HubException>(() => RunAsync(repository: repository))).Problem);
        Assert.Empty(_hub.Requests);
    }

    [Fact]
    public async Task Run_ConnectionBreaksTwice_GoesOnByRangeFromTheSameFile()
    {
        _hub.PieceBytes = 100_000;
        _hub.Breaks.Enqueue(300_000);
        _hub.Breaks.Enqueue(200_000);

        await RunAsync();

        Assert.Equal(_hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Weights, TestContext.Current.CancellationToken));
        LocalHub.Seen[] sent = [.. _hub.Requests.Where(request => request.Host == "cdn")];
        Assert.Equal(3, sent.Length);
        Assert.All(sent[1..], request => Assert.StartsWith("bytes=", request.Range, StringComparison.Ordinal));
        Assert.All(sent[1..], request => Assert.False(string.IsNullOrEmpty(request.IfRange)));
        Assert.False(File.Exists(Weights + ".part"));
    }

    [Fact]
    public async Task Run_CancelledAndStartedAgain_KeepsTheParts()
    {
        _hub.PieceBytes = 50_000;
        _hub.Pause = TimeSpan.FromMilliseconds(20);
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(progress: step => _ = step is { File: "model.safetensors", DoneBytes: > 200_000 } && Cancel(stop), cancellation: stop.Token));
        long kept = new FileInfo(Weights + ".part").Length;
        Assert.InRange(kept, 150_000, LargeBytes - 1);
        Assert.False(FolderOrigin.Read(_folder.FullName)!.IsComplete);

        _hub.Pause = TimeSpan.Zero;
        await RunAsync();

        Assert.Equal($"bytes={kept}-", _hub.Requests.Last(request => request.Host == "cdn").Range);
        Assert.Equal(_hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Weights, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_TheFileChangedMeanwhile_TakesItWholeAgain()
    {
        await File.WriteAllBytesAsync(Weights + ".part", new byte[1000], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Weights + ".part.etag", "\"another\"", TestContext.Current.CancellationToken);

        await RunAsync();

        Assert.Equal(_hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Weights, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_PartLongerThanTheFile_IsThrownAwayAfter416()
    {
        await File.WriteAllBytesAsync(Weights + ".part", new byte[LargeBytes + 10], TestContext.Current.CancellationToken);

        await RunAsync();

        Assert.Equal(_hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Weights, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public async Task Run_ContentDiffersFromItsChecksum_IsDeletedAndSaidSo(string path)
    {
        if (path == "tokenizer.json")
        {
            _hub.Instead = async context =>
            {
                bool isIt = context.Request.Path.Value!.EndsWith(path, StringComparison.Ordinal);
                await (isIt ? context.Response.Body.WriteAsync(Noise(5000)).AsTask() : Task.CompletedTask);
                return isIt;
            };
        }
        else
        {
            _hub.FalseHash = new string('0', 64);
        }

        HubException refusal = await Assert.ThrowsAsync<HubException>(() => RunAsync());

        Assert.Equal(HubProblem.WrongChecksum, refusal.Problem);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(path, Names());
        Assert.DoesNotContain(path + ".part", Names());
    }

    [Fact]
    public async Task Run_HubIsOverloaded_WaitsAsLongAsItAsks()
    {
        int refusals = 0;
        _hub.Instead = context =>
        {
            if (context.Request.Path.Value!.Contains("/tree/", StringComparison.Ordinal) && refusals++ < 2)
            {
                context.Response.StatusCode = refusals == 1 ? 429 : 503;
                context.Response.Headers.RetryAfter = "1";
                return Task.FromResult(true);
            }
            return Task.FromResult(false);
        };
        long started = TimeProvider.System.GetTimestamp();

        await RunAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20));
        Assert.Contains(_progress, step => step.Note?.Contains("429", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Run_HubStaysBroken_GivesUpAndSaysHowOftenItAsked()
    {
        _hub.Instead = context =>
        {
            context.Response.StatusCode = 502;
            return Task.FromResult(true);
        };

        HubException refusal = await Assert.ThrowsAsync<HubException>(() => RunAsync());

        Assert.Equal(HubProblem.Unreachable, refusal.Problem);
        Assert.Contains("3 times", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../evil.json")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a\\..\\b")]
    public async Task Run_ListedFileWouldLeaveTheFolder_NothingIsWritten(string path)
    {
        _hub.Files[path] = [1];

        Assert.Equal(HubProblem.BadAnswer, (await Assert.ThrowsAsync<HubException>(() => RunAsync())).Problem);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task Run_DiskTooSmall_SaysSoBeforeItBegins()
    {
        HubException refusal = await Assert.ThrowsAsync<HubException>(() => RunAsync(freeBytes: _ => 1000));

        Assert.Equal(HubProblem.DiskFull, refusal.Problem);
        Assert.DoesNotContain(_hub.Requests, request => request.Host == "cdn");
    }

    [Fact]
    public async Task Run_RepositoryWithoutSafetensors_SaysWhatIsMissing()
    {
        _hub.Files.TryRemove("model.safetensors", out _);

        HubException refusal = await Assert.ThrowsAsync<HubException>(() => RunAsync());

        Assert.Equal(HubProblem.NoModel, refusal.Problem);
        Assert.Contains("safetensors", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ASecondTime_AsksForNoFileAgain()
    {
        await RunAsync();
        int before = _hub.Requests.Count;

        await RunAsync();

        Assert.All(_hub.Requests.Skip(before), request => Assert.StartsWith("/api/", request.Path, StringComparison.Ordinal));
    }

    private static bool Cancel(CancellationTokenSource source)
    {
        source.Cancel();
        return true;
    }

    private async Task<FolderOrigin> RunAsync(
        HubOptions? options = null, string repository = LocalHub.Repository, string revision = "main", Action<HubProgress>? progress = null,
        Func<string, long>? freeBytes = null, CancellationToken cancellation = default)
    {
        options ??= new HubOptions { Token = " " };
        options.Endpoint = _hub.Endpoint;
        options.Attempts = 3;
        options.FirstWait = TimeSpan.FromMilliseconds(10);
        using HttpClient http = HubClient.CreateHttp();
        HubDownload download = new(new HubClient(http, options, TimeProvider.System), freeBytes);
        return await download.RunAsync(repository, revision, _folder.FullName, new Reporter(step =>
        {
            _progress.Add(step);
            progress?.Invoke(step);
        }), cancellation);
    }

    private string[] Names() => [.. _folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.Name).Where(name => !name.EndsWith(".etag", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static byte[] Noise(int bytes)
    {
        byte[] noise = new byte[bytes];
        new Random(7).NextBytes(noise);
        return noise;
    }

    private sealed class Reporter(Action<HubProgress> report) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => report(value);
    }
}
