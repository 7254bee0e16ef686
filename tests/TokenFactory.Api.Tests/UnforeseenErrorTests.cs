using System.Text.Json;
using Microsoft.Data.Sqlite;
using TokenFactory.Api.Tests.Batches;
using TokenFactory.Api.Tests.Responses;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>Work in the background goes on after an error that nobody has foreseen.</summary>
public sealed class UnforeseenErrorTests
{
    private int _thrown;
    private volatile bool _isBroken;

    [Fact]
    public async Task Sweeps_AfterAnError_GoOn()
    {
        SweepingClock clock = new();
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.Says("ok"), pragmas: Fail, clock: clock);
        await Answers.ReadAsync(await BatchCalls.SendFileAsync(host.Client, "x", "batch", ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600")));
        await ResponseCalls.CreateAsync(host.Client, new { input = "a" });

        _isBroken = true;
        await UntilAsync(() => Volatile.Read(ref _thrown) >= 10);
        Assert.Single(Directory.GetFiles(host.FileFolder));
        _isBroken = false;
        clock.Jump(TimeSpan.FromDays(31));

        await UntilAsync(() => Directory.GetFiles(host.FileFolder).Length == 0);
        await UntilAsync(() => CountResponses(host) == 0);
    }

    [Fact]
    public async Task Save_OfABackgroundResponse_IsTriedUntilItWorks()
    {
        await using ApiHost host = await ApiHost.StartAsync(
            executor =>
            {
                executor.Says(new string('a', 300));
                executor.StepTime = TimeSpan.FromMilliseconds(3);
            },
            pragmas: Fail);
        JsonElement queued = await ResponseCalls.CreateAsync(host.Client, new { input = "a", background = true });

        _isBroken = true;
        await host.UntilRunsAsync(running => running == 0);
        int before = Volatile.Read(ref _thrown);
        await UntilAsync(() => Volatile.Read(ref _thrown) > before + 1);
        _isBroken = false;

        Assert.Equal(new string('a', 300), ResponseCalls.Said(await ResponseCalls.UntilAsync(host.Client, ResponseCalls.Id(queued), "completed")));
    }

    [Fact]
    public async Task Keep_OfAnAnswer_SaysThatItIsNotKept()
    {
        await using ApiHost host = await ApiHost.StartAsync(
            executor =>
            {
                executor.Says("ok");
                executor.BeforeStep = _ => _isBroken = true;
            },
            pragmas: Fail);

        JsonElement response = await ResponseCalls.CreateAsync(host.Client, new { input = "a" });
        _isBroken = false;

        Assert.Equal(("ok", JsonValueKind.False), (ResponseCalls.Said(response), response.GetProperty("store").ValueKind));
    }

    private static long CountResponses(ApiHost host)
    {
        using SqliteConnection connection = new(host.ConnectionString);
        connection.Open();
        using SqliteCommand count = connection.CreateCommand();
        count.CommandText = "SELECT COUNT(*) FROM responses";
        return (long)count.ExecuteScalar()!;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            Assert.False(late.IsCancellationRequested, "it takes too long");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private string Fail()
    {
        if (!_isBroken)
        {
            return "";
        }
        Interlocked.Increment(ref _thrown);
        throw new FormatException("nobody has foreseen this");
    }

    /// <summary>A clock that can be put forward, and on which long waits are short.</summary>
    private sealed class SweepingClock : TimeProvider
    {
        private long _ahead;

        public void Jump(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.FromSeconds(30) ? TimeSpan.FromMilliseconds(10) : dueTime, period);
    }
}
