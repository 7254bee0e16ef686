using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>A model on two devices, asked by HTTP.</summary>
public sealed class ReplicaTests
{
    [Fact]
    public async Task Chat_FourAtOnceOnTwoReplicas_BothWorkAndTheLedgerSaysWhere()
    {
        using ManualResetEventSlim gate = new(initialState: false);
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.BeforeStep = _ => gate.Wait(), replicas: 2);

        List<Task<HttpResponseMessage>> answers = [];
        for (int i = 0; i < 4; i++)
        {
            long before = host.Replicas.Sum(replica => replica.OpenTokens);
            answers.Add(AskAsync(host));
            Assert.True(SpinWait.SpinUntil(() => host.Replicas.Sum(replica => replica.OpenTokens) > before, TimeSpan.FromSeconds(10)));
        }
        gate.Set();
        foreach (HttpResponseMessage answer in await Task.WhenAll(answers))
        {
            await Answers.ReadAsync(answer);
        }

        JsonElement[] rows = await host.ReadLedgerAsync();
        Assert.Equal(["test:0", "test:0", "test:1", "test:1"], rows.Select(row => row.GetProperty("device").GetString()).Order());
    }

    [Fact]
    public async Task Chat_SeveralAnswersToOnePrompt_StayOnOneReplica()
    {
        await using ApiHost host = await ApiHost.StartAsync(replicas: 2);
        await Answers.ReadAsync(await host.ChatAsync(new { messages = new[] { new { role = "user", content = "hi" } }, max_tokens = 8, n = 4 }));

        Assert.Equal([32, 0], host.Replicas.Select(replica => replica.Accounts.All.Sum(account => account.GeneratedTokens)));
    }

    [Fact]
    public async Task Metrics_TwoReplicas_EachHasSeriesOfItsOwn()
    {
        await using ApiHost host = await ApiHost.StartAsync(replicas: 2);
        await Answers.ReadAsync(await AskAsync(host));

        string text = await host.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("tokenfactory_requests_running{model=\"hash\",device=\"test:0\",lane=\"interactive\"} 0", text, StringComparison.Ordinal);
        Assert.Contains("tokenfactory_requests_running{model=\"hash\",device=\"test:1\",lane=\"interactive\"} 0", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_OneReplicaOfTwoFails_StillServes()
    {
        await using ApiHost host = await ApiHost.StartAsync(replicas: 2);
        host.Executor.BeforeStep = _ => throw new Engine.Execution.ExecutorException("gone");
        for (int i = 0; i < 200 && host.Engine.Status.Fault is null; i++)
        {
            (await AskAsync(host)).Dispose();
        }
        Assert.NotNull(host.Engine.Status.Fault);

        (await host.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await host.AssertServesAsync();
    }

    private static Task<HttpResponseMessage> AskAsync(ApiHost host) =>
        host.ChatAsync(new { messages = new[] { new { role = "user", content = "hi" } }, max_tokens = 8 });
}
