using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Hub;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving;
using TokenFactory.Web.Serving.Downloads;
using TokenFactory.Web.Serving.Folders;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Serving;

/// <summary>From a hub on this machine to an answer.</summary>
public sealed class DownloadManagerTests : ConsoleContext
{
    private DownloadManager Downloads => Services.GetRequiredService<DownloadManager>();

    private ModelFolders Folders => Services.GetRequiredService<ModelFolders>();

    [Fact]
    public async Task Begin_TheDemonstrationModelOnAHub_IsListedWithItsOriginLoadsAndAnswers()
    {
        await using LocalHub hub = await StartHubAsync();

        Assert.True(await Downloads.Begin(LocalHub.Repository, "main"));

        Assert.Empty(Downloads.Downloads);
        FolderEntry entry = Assert.Single(Folders.List(), entry => entry.Origin is not null);
        Assert.Equal(("lab--small-model", null, LocalHub.Repository, LocalHub.Commit), (entry.Name, entry.Problem, entry.Origin!.Repository, entry.Origin.Commit));
        ServedModel? model = await Services.GetRequiredService<ModelManager>().BeginLoad(new ModelOptions { Path = entry.Path, KvMemoryMegabytes = 16, Threads = 1 }, evenIfTooLarge: false);
        Assert.Null(model!.ChooseReplica().TrySubmit(
            new GenerationRequest { Id = "r", Tenant = "t", Prompt = model.Tokenizer.Encode("Once upon a time", addSpecialTokens: true, parseSpecialTokens: false), MaxNewTokens = 8, IgnoreEndTokens = true, Sampling = SamplingParameters.Greedy }, out Generation? generation));
        GenerationDelta delta = new();
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
        }
        Assert.Equal(8, generation.Outcome!.GeneratedTokens);
    }

    [Fact]
    public async Task Cancel_InTheMiddle_KeepsWhatArrivedAndGoesOnFromThere()
    {
        await using LocalHub hub = await StartHubAsync();
        hub.PieceBytes = 500_000;
        hub.Pause = TimeSpan.FromMilliseconds(50);
        Task<bool> first = Downloads.Begin(LocalHub.Repository, "main");
        await Assert.ThrowsAsync<ModelOperationException>(() => Downloads.Begin(LocalHub.Repository, "main"));
        Assert.True(SpinWait.SpinUntil(() => Downloads.Downloads is [{ Progress.DoneBytes: > 2_000_000, BytesPerSecond: > 0, Left: not null }], Patience));

        Downloads.Cancel(LocalHub.Repository);

        Assert.False(await first);
        ModelDownload stopped = Assert.Single(Downloads.Downloads);
        Assert.True(stopped.IsCancelled);
        Assert.Contains("not complete", Assert.Single(Folders.List(), entry => entry.Origin is not null).Problem, StringComparison.Ordinal);
        hub.Pause = TimeSpan.Zero;
        Assert.True(await Downloads.Begin(LocalHub.Repository, "main"));
        Assert.NotNull(hub.Requests.Last(request => request.Host == "cdn").Range);
    }

    [Fact]
    public async Task Begin_HubKnowsNothing_LeavesTheReasonUntilItIsPutAway()
    {
        await using LocalHub hub = await StartHubAsync();

        Assert.False(await Downloads.Begin("lab/other", "main"));

        Assert.Contains("lab/other", Assert.Single(Downloads.Downloads).Failure, StringComparison.Ordinal);
        Downloads.Dismiss("lab/other");
        Assert.Empty(Downloads.Downloads);
    }

    private async Task<LocalHub> StartHubAsync()
    {
        LocalHub hub = await LocalHub.StartAsync(Path.Combine(SharedData.RepositoryRoot, "models/demo"));
        Configuration.Hub.Endpoint = hub.Endpoint;
        return hub;
    }
}
