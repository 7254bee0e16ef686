using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Responses;
using Xunit;

namespace TokenFactory.Api.Tests.Responses;

/// <summary>How much of the events of responses is kept, and how long.</summary>
public sealed class EventLogsTests
{
    private readonly JumpingClock _clock = new();

    [Fact]
    public void Logs_FiveMinutesOld_AreGone()
    {
        EventLogs logs = new(_clock);
        logs.Add("a", Make(logs, 1));
        _clock.Jump(TimeSpan.FromMinutes(4));
        logs.Add("b", Make(logs, 1));

        logs.Sweep();
        Assert.Equal((true, true), (logs.Find("a") is not null, logs.Find("b") is not null));
        _clock.Jump(TimeSpan.FromMinutes(1));
        logs.Sweep();

        Assert.Equal((false, true), (logs.Find("a") is not null, logs.Find("b") is not null));
    }

    [Fact]
    public void Logs_BeyondTheirRoom_GoOldestFirst()
    {
        EventLogs logs = new(_clock);
        string[] ids = ["a", "b", "c"];
        foreach (string id in ids)
        {
            logs.Add(id, Make(logs, 30 * 1024 * 1024));
        }

        Assert.Equal([false, true, true], ids.Select(id => logs.Find(id) is not null));
    }

    [Fact]
    public void Forget_One_LeavesTheOthers()
    {
        EventLogs logs = new(_clock);
        logs.Add("a", Make(logs, 1));
        logs.Add("b", Make(logs, 1));

        logs.Forget("a");

        Assert.Equal((false, true), (logs.Find("a") is not null, logs.Find("b") is not null));
    }

    [Fact]
    public async Task Log_BeyondItsBound_KeepsItsNewestEvents()
    {
        EventLogs logs = new(_clock);
        EventLog log = new(logs);
        const int Events = 20;
        for (int number = 0; number < Events; number++)
        {
            Write(log, number, 1024 * 1024);
        }
        log.Complete();

        int first = Enumerable.Range(0, Events).First(number => log.Reaches(number - 1));
        Assert.InRange(first, 1, 12);
        Assert.InRange(log.Bytes, 1, 16 * 1024 * 1024);
        Assert.Equal(Enumerable.Range(first, Events - first), await ReadAsync(log, first - 1));
        Assert.Equal([Events - 1], await ReadAsync(log, Events - 2));
    }

    [Fact]
    public async Task Log_ReadAfterItsFirstEventsWent_EndsWithAnError()
    {
        EventLog log = new(new EventLogs(_clock));
        for (int number = 0; number < 20; number++)
        {
            Write(log, number, 1024 * 1024);
        }

        string text = await ReadTextAsync(log, after: -1);

        Assert.StartsWith("event: error\ndata: {\"type\":\"error\"", text, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"events_gone\"", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_ManyThatRun_StayWithinTheirRoom()
    {
        EventLogs logs = new(_clock);
        EventLog ended = Make(logs, 1024 * 1024);
        logs.Add("ended", ended);
        EventLog[] running = [.. Enumerable.Range(0, 10).Select(_ => new EventLog(logs))];
        for (int number = 0; number < 15; number++)
        {
            foreach (EventLog log in running)
            {
                Write(log, number, 1024 * 1024);
            }
        }

        Assert.Null(logs.Find("ended"));
        // One event of each that does not fit is held all the same.
        Assert.InRange(running.Sum(log => log.Bytes), 1, (64 + (2 * 10)) * 1024 * 1024);
        Assert.All(running, log => Assert.True(log.Reaches(13), "the newest event is there"));
    }

    private static void Write(EventLog log, int number, int length)
    {
        byte[] one = new byte[length];
        Array.Fill(one, (byte)'x');
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"data: {number} ")).CopyTo(one, 0);
        "\n\n"u8.CopyTo(one.AsSpan(length - 2));
        log.Write(one);
        log.FlushAsync().AsTask().Wait(TestContext.Current.CancellationToken);
    }

    private static async Task<string> ReadTextAsync(EventLog log, int after)
    {
        using MemoryStream body = new();
        DefaultHttpContext context = new() { Response = { Body = body } };
        await log.SendAsync(context, after, TimeSpan.FromSeconds(10));
        return Encoding.UTF8.GetString(body.ToArray());
    }

    private static async Task<IEnumerable<int>> ReadAsync(EventLog log, int after) => (await ReadTextAsync(log, after))
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(one => int.Parse(one.Split(' ')[1], CultureInfo.InvariantCulture));

    private static EventLog Make(EventLogs logs, int bytes)
    {
        EventLog log = new(logs);
        log.GetSpan(bytes)[..bytes].Clear();
        log.Advance(bytes);
        log.Complete();
        return log;
    }
}
