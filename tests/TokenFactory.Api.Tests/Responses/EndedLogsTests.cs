using TokenFactory.Api.Responses;
using Xunit;

namespace TokenFactory.Api.Tests.Responses;

/// <summary>How long the events of responses can be read after their end.</summary>
public sealed class EndedLogsTests
{
    private readonly JumpingClock _clock = new();

    [Fact]
    public void Logs_FiveMinutesOld_AreGone()
    {
        EndedLogs logs = new(_clock);
        logs.Add("a", Make(1));
        _clock.Jump(TimeSpan.FromMinutes(4));
        logs.Add("b", Make(1));

        logs.Sweep();
        Assert.Equal((true, true), (logs.Find("a") is not null, logs.Find("b") is not null));
        _clock.Jump(TimeSpan.FromMinutes(1));
        logs.Sweep();

        Assert.Equal((false, true), (logs.Find("a") is not null, logs.Find("b") is not null));
    }

    [Fact]
    public void Logs_BeyondTheirRoom_GoOldestFirst()
    {
        EndedLogs logs = new(_clock);
        string[] ids = ["a", "b", "c"];
        foreach (string id in ids)
        {
            logs.Add(id, Make(30 * 1024 * 1024));
        }

        Assert.Equal([false, true, true], ids.Select(id => logs.Find(id) is not null));
    }

    [Fact]
    public void Forget_One_LeavesTheOthers()
    {
        EndedLogs logs = new(_clock);
        logs.Add("a", Make(1));
        logs.Add("b", Make(1));

        logs.Forget("a");

        Assert.Equal((false, true), (logs.Find("a") is not null, logs.Find("b") is not null));
    }

    private static EventLog Make(int bytes)
    {
        EventLog log = new();
        log.GetSpan(bytes)[..bytes].Clear();
        log.Advance(bytes);
        log.Complete();
        return log;
    }
}
