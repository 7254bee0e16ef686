using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Live.Queue;
using TokenFactory.Web.Live.Tenants;

namespace TokenFactory.Web.BrowserTests.Measurements;

/// <summary>What a process and one of its tabs hold at a moment, after both have collected their garbage.</summary>
/// <param name="Minutes">Since the first sample.</param>
/// <param name="ServerHeap">The runtime's heap, in bytes.</param>
/// <param name="ServerResident">The process's memory, in bytes.</param>
/// <param name="TabHeap">The tab's JavaScript heap, in bytes.</param>
/// <param name="TabNodes">The tab's document nodes.</param>
internal sealed record SoakSample(double Minutes, double ServerHeap, double ServerResident, double TabHeap, double TabNodes)
{
    public static async Task<SoakSample> TakeAsync(BrowserMeter tab, double minutes)
    {
        (double heap, double nodes) = await tab.ReadAsync();
        // Twice: the first round runs finalisers, the second collects what they let go of.
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return new SoakSample(minutes, GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet, heap, nodes);
    }

    /// <summary>The slope of a least-squares line through a figure, per minute.</summary>
    public static double Slope(IReadOnlyList<SoakSample> samples, Func<SoakSample, double> figure)
    {
        double x = samples.Average(sample => sample.Minutes);
        double y = samples.Average(figure);
        return samples.Sum(sample => (sample.Minutes - x) * (figure(sample) - y)) / samples.Sum(sample => Math.Pow(sample.Minutes - x, 2));
    }
}

/// <summary>Who listens to what in a console; a page that does not let go of what it listens to makes these grow.</summary>
internal static class Listeners
{
    public static string Of(InProcessConsole console) => FormattableString.Invariant(
        $"circuits {console.Circuits}, floor {console.Services.GetRequiredService<FloorStore>().Watchers}, queue {console.Services.GetRequiredService<QueueStore>().Watchers}, tenants {console.Services.GetRequiredService<TenantStore>().Watchers}");
}
