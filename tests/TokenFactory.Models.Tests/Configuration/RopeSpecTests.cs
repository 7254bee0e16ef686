using TokenFactory.Models.Configuration;
using Xunit;

namespace TokenFactory.Models.Tests.Configuration;

public sealed class RopeSpecTests
{
    [Fact]
    public void InverseFrequencies_Default_AreTheGeometricSeries()
    {
        double[] frequencies = new RopeSpec(10_000, 8).InverseFrequencies(128);

        Assert.Equal([1.0, 0.1, 0.01, 0.001], frequencies.Select(f => Math.Round(f, 12)));
    }

    [Fact]
    public void InverseFrequencies_Linear_DividesAll()
    {
        double[] frequencies = new RopeSpec(10_000, 8, new LinearRopeScaling(4)).InverseFrequencies(128);

        Assert.Equal([0.25, 0.025, 0.0025, 0.00025], frequencies.Select(f => Math.Round(f, 12)));
    }

    [Fact]
    public void InverseFrequencies_Llama3_KeepsShortStretchesLongBlendsBetween()
    {
        RopeSpec plain = new(500_000, 64);
        double[] before = plain.InverseFrequencies(8192);
        double[] after = (plain with { Scaling = new Llama3RopeScaling(32, 1, 4, 8192) }).InverseFrequencies(8192);

        for (int i = 0; i < before.Length; i++)
        {
            double wavelength = 2 * Math.PI / before[i];
            double smooth = ((8192 / wavelength) - 1) / (4 - 1);
            double expected = wavelength < 8192.0 / 4 ? before[i]
                : wavelength > 8192.0 ? before[i] / 32
                : ((1 - smooth) * before[i] / 32) + (smooth * before[i]);
            Assert.Equal(expected, after[i], 14);
        }
        Assert.Contains(Enumerable.Range(0, 32), i => after[i] != before[i] && after[i] != before[i] / 32);
    }

    [Fact]
    public void InverseFrequencies_Yarn_KeepsFastDividesSlow()
    {
        RopeSpec plain = new(1_000_000, 128);
        double[] before = plain.InverseFrequencies(131072);
        double[] after = (plain with { Scaling = new YarnRopeScaling(4, 32, 1, 32768, 1) }).InverseFrequencies(131072);

        // dim(turns) = 128 ln(32768 / (2 pi turns)) / (2 ln 1e6): 23.6 for 32 turns, 39.6 for one; rounded outward 23 and 40.
        for (int i = 0; i < 64; i++)
        {
            double ramp = Math.Clamp((i - 23) / 17.0, 0, 1);
            Assert.Equal((before[i] * (1 - ramp)) + (before[i] / 4 * ramp), after[i], 14);
        }
    }
}
