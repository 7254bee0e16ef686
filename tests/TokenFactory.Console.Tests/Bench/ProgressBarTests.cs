using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Workloads;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

public sealed class ProgressBarTests
{
    [Fact]
    public void Line_OfARun_SaysHowFarItIs()
    {
        RunCounts counts = new();
        for (int i = 0; i < 4; i++)
        {
            RequestRecord record = new(new WorkloadRequest(1, 500), 0, counts);
            record.Send(1);
            record.Add(500, 2);
            if (i == 0)
            {
                record.Fail("No.", 3);
            }
            else if (i < 3)
            {
                record.Complete(new RequestUsage(1, null, 500), 3);
            }
        }

        Assert.Equal(
            "[#########.....................] 3 of 10 requests, 1 failed, 1 under way, 2,000 tokens, 12 s", ProgressBar.Line(counts, 10, TimeSpan.FromSeconds(12)));
    }

    [Fact]
    public void Say_ShorterThanBefore_LeavesNothingOfTheLineBefore()
    {
        using StringWriter terminal = new();
        ProgressBar bar = new(terminal, columns: 8);

        bar.Say("something long");
        bar.Say("short");
        bar.Clear();

        Assert.Equal("\rsomethin\rshort   \r     \r", terminal.ToString());
    }

    [Fact]
    public async Task Follow_WithoutATerminal_ReturnsWhatItAwaits()
    {
        using ProgressBar bar = new(null);

        Assert.Equal(7, await bar.FollowAsync(Task.FromResult(7), new RunCounts(), 1));
    }
}
