using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Tests.Shared;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving;
using TokenFactory.Web.Serving.Unloads;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Serving;

/// <summary>Loads and unloads of the real demonstration model by the real loader.</summary>
public sealed class ModelManagerTests : ConsoleContext
{
    private static readonly string Demo = Path.Combine(SharedData.RepositoryRoot, "models/demo");

    private ModelManager Manager => Services.GetRequiredService<ModelManager>();

    [Fact]
    public async Task Load_TwoReplicas_ServesOnTwoDevicesAndTheBoardIsEmptyAgain()
    {
        List<ModelLoad> seen = [];
        Loads.Changed += () => seen.AddRange(Loads.Loads);

        ServedModel model = (await Manager.BeginLoad(OfDemo(replicas: 2), evenIfTooLarge: false))!;

        Assert.Same(model, Catalog.Find("demo"));
        Assert.Equal(["cpu:0", "cpu:1"], model.Replicas.Select(replica => replica.Device.Id));
        Assert.Empty(Loads.Loads);
        Assert.Contains(seen, load => load.Stage.EndsWith("replica 2 of 2", StringComparison.Ordinal));
        Assert.Equal(seen.Select(load => load.Whole ?? 0).Order(), seen.Select(load => load.Whole ?? 0));
        Assert.Contains(seen, load => load.Steps.Any(step => step is { Name: "Build", State: LoadStepState.Done, Took: not null }));
        Assert.Equal(5, (await GenerateAsync(model, 5)).GeneratedTokens);
    }

    [Fact]
    public async Task Load_NameTaken_IsRefusedWhetherItServesOrIsOnItsWay()
    {
        Task<ServedModel?> first = Manager.BeginLoad(OfDemo(), evenIfTooLarge: false);
        ModelOperationException early = await Assert.ThrowsAsync<ModelOperationException>(() => Manager.BeginLoad(OfDemo(), evenIfTooLarge: false));
        await first;
        ModelOperationException late = await Assert.ThrowsAsync<ModelOperationException>(() => Manager.BeginLoad(OfDemo(), evenIfTooLarge: false));

        Assert.Contains("is being loaded already", early.Message, StringComparison.Ordinal);
        Assert.Contains("serves already", late.Message, StringComparison.Ordinal);
        Assert.Equal((ModelOperationProblem.Conflict, "name"), (late.Problem, late.Field));
        Assert.NotNull(await Manager.BeginLoad(OfDemo(name: "other"), evenIfTooLarge: false));
    }

    [Fact]
    public async Task Load_LargerThanTheMachine_IsRefusedWithNumbersUnlessItIsWanted()
    {
        ModelOptions huge = OfDemo();
        huge.KvMemoryMegabytes = 100L << 20;

        ModelOperationException refusal = await Assert.ThrowsAsync<ModelOperationException>(() => Manager.BeginLoad(huge, evenIfTooLarge: false));

        Assert.Equal(ModelOperationProblem.DoesNotFit, refusal.Problem);
        Assert.Matches("It needs [0-9,.]+ GiB and [0-9,.]+ [MG]iB of this machine can be had", refusal.Message);
        Assert.Contains("It would fit", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Loads.Loads);

        // Pages cost nothing until they are touched: what is wanted all the same is tried, by the engine's own bounds.
        huge.KvMemoryMegabytes = 64L << 10;
        Assert.NotNull(await Manager.BeginLoad(huge, evenIfTooLarge: true));
    }

    [Fact]
    public async Task CancelLoad_OneThatWaitsAndOneThatRuns_NeitherServes()
    {
        Task<ServedModel?> first = Manager.BeginLoad(OfDemo(replicas: 16), evenIfTooLarge: false);
        Task<ServedModel?> second = Manager.BeginLoad(OfDemo(name: "second"), evenIfTooLarge: false);
        Assert.True(SpinWait.SpinUntil(() => Loads.Loads is [{ Steps.Count: > 0 }, _], Patience));
        Assert.Equal("Waiting for its turn", Loads.Loads[1].Stage);

        Guid[] ids = [.. Loads.Loads.Select(load => load.Id)];
        Assert.Equal(["demo", "second"], ids.Select(Manager.CancelLoad));

        Assert.Null(await first);
        Assert.Null(await second);
        Assert.Empty(Catalog.Models);
        Assert.Empty(Loads.Loads);
        Assert.Throws<ModelOperationException>(() => Manager.CancelLoad(ids[0]));
    }

    [Fact]
    public async Task Load_Damaged_LeavesTheReasonUntilItIsPutAway()
    {
        string folder = CopyDemo();
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{");

        Assert.Null(await Manager.BeginLoad(new ModelOptions { Path = folder, Name = "bad", KvMemoryMegabytes = 16 }, evenIfTooLarge: false));

        ModelLoad failed = Assert.Single(Loads.Loads);
        Assert.Contains("tokenizer.json", failed.Failure, StringComparison.Ordinal);
        Assert.True(Loads.Dismiss(failed.Id));
        Assert.Empty(Loads.Loads);
    }

    [Fact]
    public async Task Unload_WithRequestsInIt_WaitsForThemAndRefusesNewOnes()
    {
        using HashModel slow = AddSlow();
        Generation running = Submit(slow, 60);

        ModelUnload unload = Manager.BeginUnload("hash");

        Assert.Equal(RejectionKind.Draining, slow.Engine.TrySubmit(Request(5), out _)?.Kind);
        Assert.NotNull(Catalog.Find("hash"));
        Assert.Throws<ModelOperationException>(() => Manager.BeginUnload("hash"));
        await unload.Done.WaitAsync(Patience);
        Assert.Equal(60, running.Outcome!.GeneratedTokens);
        Assert.Null(Catalog.Find("hash"));
        Assert.True(slow.Executor.IsDisposed);
        Assert.Empty(Manager.Unloads);
        Assert.Equal(ModelOperationProblem.NotFound, Assert.Throws<ModelOperationException>(() => Manager.BeginUnload("hash")).Problem);
    }

    [Fact]
    public async Task Resume_WhileItDrains_TheModelServesOnForGood()
    {
        using HashModel slow = AddSlow();
        Submit(slow, 30);
        ModelUnload unload = Manager.BeginUnload("hash");

        Manager.Resume("hash");

        Generation after = Submit(slow, 5);
        await unload.Done.WaitAsync(Patience);
        Assert.NotNull(Catalog.Find("hash"));
        Assert.True(SpinWait.SpinUntil(() => after.Outcome is not null, Patience));
        Assert.Equal(FinishReason.Length, after.Outcome!.Reason);
        Assert.Throws<ModelOperationException>(() => Manager.Resume("hash"));
    }

    [Fact]
    public async Task EndNow_WithRunningWaitingAndHeld_AllAreCancelledAndItGoes()
    {
        using HashModel slow = AddSlow(maxRunning: 1);
        Generation[] requests = [Submit(slow, 400), Submit(slow, 400), Submit(slow, 400)];
        Assert.True(SpinWait.SpinUntil(() => slow.Engine.Status.TotalWaiting == 2, Patience));
        Assert.True(await slow.Engine.OperateAsync(requests[2].Request.Id, new RequestOperation.Hold()));
        ModelUnload unload = Manager.BeginUnload("hash");

        Assert.Equal(3, await Manager.EndNowAsync("hash"));

        await unload.Done.WaitAsync(Patience);
        Assert.All(requests, request => Assert.Equal(FinishReason.Cancelled, request.Outcome!.Reason));
        Assert.Null(Catalog.Find("hash"));
    }

    [Fact]
    public async Task Unload_OfARealModel_GivesItsMemoryBack()
    {
        ModelOptions options = OfDemo();
        options.KvMemoryMegabytes = 1024;
        await Manager.BeginLoad(options, evenIfTooLarge: false);
        long mapped = Mapped();

        await Manager.BeginUnload("demo").Done.WaitAsync(Patience);

        // The pool alone is half of its KV memory.
        Assert.InRange(mapped - Mapped(), 500L << 20, long.MaxValue);
    }

    private static long Mapped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc/self/statm");
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    private static ModelOptions OfDemo(string? name = null, int replicas = 1) =>
        new() { Path = Demo, Name = name, Replicas = replicas, KvMemoryMegabytes = 16, Threads = 1 };

    private string CopyDemo()
    {
        string folder = Data.CreateSubdirectory("copy").FullName;
        foreach (string file in Directory.EnumerateFiles(Demo))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        return folder;
    }

    private HashModel AddSlow(int maxRunning = 8)
    {
        HashModel model = AddModel(policy: policy => policy with { MaxRunning = maxRunning });
        model.Executor.StepTime = TimeSpan.FromMilliseconds(10);
        return model;
    }

    private static Generation Submit(HashModel model, int tokens)
    {
        Assert.Null(model.Engine.TrySubmit(Request(tokens), out Generation? generation));
        return generation!;
    }

    private static GenerationRequest Request(int tokens) =>
        new() { Id = $"{Guid.NewGuid():N}", Tenant = "t", Prompt = [1, 2, 3], MaxNewTokens = tokens, Sampling = SamplingParameters.Greedy };

    private static async Task<GenerationOutcome> GenerateAsync(ServedModel model, int tokens)
    {
        Assert.Null(model.ChooseReplica().TrySubmit(Request(tokens) with { IgnoreEndTokens = true }, out Generation? generation));
        GenerationDelta delta = new();
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
        }
        return generation.Outcome!;
    }
}
