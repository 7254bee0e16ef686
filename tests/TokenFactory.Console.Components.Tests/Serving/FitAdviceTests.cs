using TokenFactory.Engine.Loading;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Fit;
using Xunit;

namespace TokenFactory.Web.Tests.Serving;

/// <summary>What is offered where a model does not fit, for memory that replicas share and for devices of their own.</summary>
public sealed class FitAdviceTests
{
    private const long Mebibyte = 1 << 20;
    private const long TokenBytes = 4096;

    [Fact]
    public void Find_WhereItDoesNotFit_OffersOnlyWhatDoesAndChangesOneThingEach()
    {
        ModelOptions asked = new() { Replicas = 2, MaxSequences = 16, MaxContext = 1024, KvMemoryMegabytes = 1024 };
        const long Free = 700 * Mebibyte;

        IReadOnlyList<FitRemedy> remedies = Advice(shares: true).Find(asked, Free);

        Assert.All(remedies, remedy => Assert.InRange(remedy.Fit.TotalBytes, 1, Free));
        Assert.Contains(remedies, remedy => remedy.Options is { Replicas: 2, MaxSequences: 16, MaxContext: 1024, KvMemoryMegabytes: < 1024 });
        Assert.Contains(remedies, remedy => remedy.Options is { Replicas: 2, MaxSequences: < 16, MaxContext: 1024 });
        Assert.Contains(remedies, remedy => remedy.Options is { Replicas: 2, MaxSequences: 16, MaxContext: < 1024 });
        Assert.Equal(1024, asked.KvMemoryMegabytes);
    }

    [Fact]
    public void Find_InMemoriesOfTheirOwn_DoesNotOfferFewerReplicas()
    {
        ModelOptions asked = new() { Replicas = 4, MaxSequences = 16, MaxContext = 1024, KvMemoryMegabytes = 1024 };

        IReadOnlyList<FitRemedy> remedies = Advice(shares: false).Find(asked, 700 * Mebibyte);

        Assert.NotEmpty(remedies);
        Assert.All(remedies, remedy => Assert.Equal(4, remedy.Options.Replicas));
    }

    [Fact]
    public void Find_LargerThanInASmallerPrecision_OffersThatOne()
    {
        ModelOptions asked = new() { KvMemoryMegabytes = 1 };

        FitRemedy remedy = Assert.Single(Advice(shares: true).Find(asked, 130 * Mebibyte));

        Assert.Equal(ModelPrecision.Int4, remedy.Options.Precision);
    }

    [Fact]
    public void Find_WhereNothingHelps_OffersNothing() =>
        Assert.Empty(Advice(shares: true).Find(new ModelOptions { KvMemoryMegabytes = 1024 }, Mebibyte));

    private static FitAdvice Advice(bool shares) =>
        new(options => Estimate(options, shares), precision => precision == "fp32" ? [ModelPrecision.Int8, ModelPrecision.Int4] : []);

    private static MemoryFit Estimate(ModelOptions options, bool shares) => new()
    {
        Precision = options.Precision is ModelPrecision.Auto ? "fp32" : options.Precision.ToString().ToLowerInvariant(),
        Replicas = options.Replicas,
        SharesMemory = shares,
        WeightBytes = options.Precision switch { ModelPrecision.Int8 => 160, ModelPrecision.Int4 => 100, _ => 200 } * Mebibyte,
        KvTokenBytes = TokenBytes,
        Sequences = options.MaxSequences ?? 16,
        Context = options.MaxContext ?? 1024,
        KvPoolBytes = options.KvMemoryMegabytes!.Value * Mebibyte,
        WorkBytes = 20 * Mebibyte,
    };
}
