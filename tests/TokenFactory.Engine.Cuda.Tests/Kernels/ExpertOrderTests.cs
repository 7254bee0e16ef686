using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

public sealed class ExpertOrderTests(EmulatedDevice device) : KernelTest(device)
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 128, 2)]
    [InlineData(64, 8, 3)]
    [InlineData(255, 3, 4)]
    [InlineData(256, 1, 5)]
    [InlineData(257, 40, 6)]
    [InlineData(1000, 7, 7)]
    [InlineData(1500, 1000, 8)]
    public void Launch_AnyChoices_OrdersThemByExpert(int pairs, int experts, int seed)
    {
        Random random = new(seed);
        Emulator.Seed((ulong)seed);

        Check([.. Enumerable.Range(0, pairs).Select(_ => random.Next(experts))], experts);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    public void Launch_AllChooseOne_OrdersThemByExpert(int expert) => Check([.. Enumerable.Repeat(expert, 700)], experts: 10);

    [Fact]
    public void Launch_EveryRowChoosesAll_OrdersThemByExpert() => Check([.. Enumerable.Range(0, 33 * 6).Select(pair => pair % 6)], experts: 6);

    private void Check(int[] choices, int experts)
    {
        int pairs = choices.Length, tileRows = ExpertTiles.RowsFor(pairs, experts), most = ExpertTiles.Most(pairs, experts);
        using ExpertOrderKernel kernel = new(Loader(false), experts);
        DeviceMemory order = Room<int>(pairs + 4), places = Room<int>(pairs + 4), tiles = Room<int>((most + 1) * 4), count = Room<int>(1);

        kernel.Launch(order.Value, places.Value, tiles.Value, count.Value, Put(choices).Value, pairs, Stream);

        int[] wanted = [.. Enumerable.Range(0, pairs).OrderBy(pair => choices[pair])];
        int[] wantedPlaces = new int[pairs];
        List<int> wantedTiles = [];
        for (int place = 0; place < pairs; place++)
        {
            wantedPlaces[wanted[place]] = place;
        }
        for (int first = 0; first < pairs;)
        {
            int expert = choices[wanted[first]], all = wanted.Skip(first).TakeWhile(pair => choices[pair] == expert).Count();
            for (int done = 0; done < all; done += tileRows)
            {
                wantedTiles.AddRange([expert, first + done, Math.Min(tileRows, all - done), 0]);
            }
            first += all;
        }
        Assert.Equal(wanted, Get<int>(order, pairs));
        Assert.Equal(wantedPlaces, Get<int>(places, pairs));
        Assert.Equal(wantedTiles.Count / 4, Get<int>(count, 1)[0]);
        Assert.Equal(wantedTiles, Get<int>(tiles, wantedTiles.Count));
        AssertPoisoned<int>(order, pairs);
        AssertPoisoned<int>(places, pairs);
        AssertPoisoned<int>(tiles, wantedTiles.Count);
        Assert.InRange(wantedTiles.Count / 4, 1, most);
        Assert.InRange(most, 1, ExpertTiles.MostUpTo(pairs, experts));
    }
}
