using System.Globalization;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Quotas;

public sealed class QuotaBookTests
{
    private readonly WallClock _clock = new(DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture));
    private readonly QuotaBook _book;

    public QuotaBookTests() => _book = new QuotaBook(_clock);

    [Fact]
    public void TryReserve_ThousandAtOnceAgainstABudgetForHundred_AdmitsExactlyHundred()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerDay = new Limit(100 * 30) });
        int admitted = 0;

        Parallel.For(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            if (_book.TryReserve(terms, Terms.Ask(10, 20), out Reservation? reservation) is null)
            {
                Interlocked.Increment(ref admitted);
                reservation!.Start();
                reservation.Complete(30);
            }
        });

        Assert.Equal(100, admitted);
        Assert.Equal(new WindowUsage(3000, 0, _clock.Now.Date.AddDays(1)), Usage(terms, UsageWindow.Day));
    }

    [Fact]
    public void TryReserve_ManyThatUseLess_NeverOverspendAndUseUpTheBudget()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerMonth = new Limit(10_000) });
        long used = 0;

        Parallel.For(0, 4000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            if (_book.TryReserve(terms, Terms.Ask(5, 45), out Reservation? reservation) is null)
            {
                long spent = 5 + (i % 46);
                Interlocked.Add(ref used, spent);
                reservation!.Complete(spent);
                reservation.Complete(spent);
            }
        });

        Assert.InRange(used, 10_000 - 49, 10_000);
        Assert.Equal((used, 0), (Usage(terms, UsageWindow.Month).Used, Usage(terms, UsageWindow.Month).Reserved));
    }

    [Fact]
    public void Complete_WithLess_GivesTheRestBack()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerDay = new Limit(100) });
        Reservation first = Reserve(terms, Terms.Ask(10, 90));
        Assert.Equal(LimitName.TokensPerDay, Refuse(terms, Terms.Ask(1, 1)).Limit);

        first.Complete(40);

        Reserve(terms, Terms.Ask(10, 50));
        Assert.Equal(0, Refuse(terms, Terms.Ask(1, 1)).Left);
    }

    [Fact]
    public void TryReserve_NoNumberNamed_GetsWhatIsLeftAndSaysSo()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerDay = new Limit(100) }, maxTokens: 60);

        Reservation whole = Reserve(terms, Terms.Ask(10, 4096, mayShrink: true));
        Reservation rest = Reserve(terms, Terms.Ask(10, 4096, mayShrink: true));

        Assert.Equal((60, null), (whole.NewTokens, whole.Bound));
        Assert.Equal((20, LimitName.TokensPerDay, QuotaScope.Tenant), (rest.NewTokens, rest.Bound!.Limit, rest.Bound.Scope));
        Assert.Equal(0, Refuse(terms, Terms.Ask(10, 4096, mayShrink: true)).Left);
    }

    [Fact]
    public void Refusal_OfAWindow_SaysWhenItEnds()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerDay = new Limit(100) }, zone: "Europe/Berlin");
        Reserve(terms, Terms.Ask(50, 50));

        QuotaRefusal refusal = Refuse(terms, Terms.Ask(1, 9));

        Assert.Equal(TimeSpan.FromHours(11), refusal.RetryAfter);
        Assert.Equal(_clock.Now.AddHours(11), refusal.ResetAt);
        Assert.Equal((100, 10, 0), (refusal.Amount, refusal.Needed, refusal.Left));
        Assert.False(refusal.IsRate);
        Assert.Null(Refuse(terms, Terms.Ask(1, 1000)).RetryAfter);

        _clock.Pass(TimeSpan.FromHours(11));
        Assert.Equal(LimitName.TokensPerDay, Refuse(terms, Terms.Ask(1, 9)).Limit);
    }

    [Fact]
    public void Window_Ended_CountsAnewAndKeepsWhatIsUnderWay()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerDay = new Limit(100) });
        Reserve(terms, Terms.Ask(30, 30)).Complete(60);
        Reservation overMidnight = Reserve(terms, Terms.Ask(20, 20));

        _clock.Pass(TimeSpan.FromHours(13));
        Reserve(terms, Terms.Ask(30, 30));
        Refuse(terms, Terms.Ask(1, 1));
        overMidnight.Complete(25);

        Assert.Equal((25, 60), (Usage(terms, UsageWindow.Day).Used, Usage(terms, UsageWindow.Day).Reserved));
    }

    [Fact]
    public void Clock_SetBackOverMidnight_GivesNoBudgetTwice()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerDay = new Limit(100) });
        Reserve(terms, Terms.Ask(50, 50)).Complete(100);

        _clock.Now -= TimeSpan.FromDays(3);
        Refuse(terms, Terms.Ask(1, 1));
        _clock.Now += TimeSpan.FromDays(3);
        Refuse(terms, Terms.Ask(1, 1));
        _clock.Now += TimeSpan.FromDays(1);

        Reserve(terms, Terms.Ask(50, 50));
    }

    [Fact]
    public void RequestsPerMinute_UsedUp_RefillContinuously()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { RequestsPerMinute = new Limit(6) });
        for (int i = 0; i < 6; i++)
        {
            Reserve(terms, Terms.Ask(1, 1)).Complete(2);
        }
        Assert.Equal(TimeSpan.FromSeconds(10), Refuse(terms, Terms.Ask(1, 1)).RetryAfter);

        _clock.Pass(TimeSpan.FromSeconds(9));
        QuotaRefusal refusal = Refuse(terms, Terms.Ask(1, 1));
        Assert.InRange(refusal.RetryAfter!.Value.TotalSeconds, 0.99, 1.01);
        Assert.True(refusal.IsRate);

        _clock.Pass(TimeSpan.FromSeconds(1.1));
        Reserve(terms, Terms.Ask(1, 1));
        Refuse(terms, Terms.Ask(1, 1));
    }

    [Fact]
    public void TokensPerMinute_ReturnsWhatWasNotUsed_AndNeverFitsMoreThanItHolds()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerMinute = new Limit(1000) });
        Reserve(terms, Terms.Ask(100, 900)).Complete(300);

        Assert.Equal(700, _book.Room(terms).TokensLeft);
        Assert.Equal(TimeSpan.FromSeconds(18), _book.Room(terms).TokenReset);
        Assert.Null(Refuse(terms, Terms.Ask(1, 1000)).RetryAfter);
        Assert.InRange(Refuse(terms, Terms.Ask(1, 799)).RetryAfter!.Value.TotalSeconds, 5.99, 6.01);
    }

    [Fact]
    public void WallClock_SetForward_FillsNoBucket()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { RequestsPerMinute = new Limit(1) });
        Reserve(terms, Terms.Ask(1, 1));

        _clock.Now += TimeSpan.FromHours(5);

        Refuse(terms, Terms.Ask(1, 1));
    }

    [Fact]
    public void Concurrent_AtItsLimit_AdmitsWhenOneEnds()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { ConcurrentRequests = new Limit(2), QueuedRequests = new Limit(1) });
        Reservation first = Reserve(terms, Terms.Ask(1, 1));
        Assert.Equal(LimitName.QueuedRequests, Refuse(terms, Terms.Ask(1, 1)).Limit);
        first.Start();
        first.Start();
        Reserve(terms, Terms.Ask(1, 1)).Start();
        Assert.Equal(LimitName.ConcurrentRequests, Refuse(terms, Terms.Ask(1, 1)).Limit);

        first.Complete(2);
        first.Start();

        Reserve(terms, Terms.Ask(1, 1));
        Assert.Equal((2, 1), (_book.Read(terms, QuotaScope.Tenant).Concurrent, _book.Read(terms, QuotaScope.Tenant).Queued));
    }

    [Fact]
    public void Feature_UsedUp_IsRefusedByNameAndOtherRequestsAreNot()
    {
        QuotaTerms terms = Terms.Of(features: new FeatureLimit("deep-research", 2, UsageWindow.Month));
        Reserve(terms, Terms.Ask(1, 1, feature: "deep-research")).Complete(2);
        Reservation failed = Reserve(terms, Terms.Ask(1, 1, feature: "deep-research"));

        QuotaRefusal refusal = Refuse(terms, Terms.Ask(1, 1, feature: "deep-research"));
        Assert.Equal((LimitName.FeatureUses, "deep-research", 2L), (refusal.Limit, refusal.Feature, refusal.Amount));
        Assert.Equal(DateTimeOffset.Parse("2026-12-01T00:00:00Z", CultureInfo.InvariantCulture), refusal.ResetAt);
        Reserve(terms, Terms.Ask(1, 1));
        Reserve(terms, Terms.Ask(1, 1, feature: "translation"));

        failed.Complete(0, countsFeature: false);
        Reserve(terms, Terms.Ask(1, 1, feature: "deep-research"));
    }

    [Fact]
    public void KeyLimit_Met_StopsThatKeyAlone()
    {
        PlanLimits key = new() { TokensPerDay = new Limit(10) };
        QuotaTerms first = Terms.Of(new PlanLimits { TokensPerDay = new Limit(25) }, key);
        QuotaTerms second = Terms.Of(new PlanLimits { TokensPerDay = new Limit(25) }, key, keyId: Guid.NewGuid());
        Reserve(first, Terms.Ask(5, 5));

        Assert.Equal(QuotaScope.Key, Refuse(first, Terms.Ask(1, 1)).Scope);
        Reserve(second, Terms.Ask(5, 5));
        Assert.Equal(QuotaScope.Tenant, Refuse(Terms.Of(new PlanLimits { TokensPerDay = new Limit(25) }, keyId: Guid.NewGuid()), Terms.Ask(5, 5)).Scope);
    }

    [Fact]
    public void Shadow_Met_AdmitsAndCounts()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerDay = new Limit(50, IsShadow: true), RequestsPerMinute = new Limit(3, IsShadow: true) });

        for (int i = 0; i < 10; i++)
        {
            Reserve(terms, Terms.Ask(5, 5)).Complete(10);
        }

        foreach (QuotaScope scope in Enum.GetValues<QuotaScope>())
        {
            QuotaUsage usage = _book.Read(terms, scope);
            Assert.Equal(10, usage.Admitted);
            Assert.Equal((5, 7), (usage.ShadowRefusals[LimitName.TokensPerDay], usage.ShadowRefusals[LimitName.RequestsPerMinute]));
        }
        Assert.Equal(3, Enforce(terms).RequestsPerMinute!.Amount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Limit_OfNothingOrOfAll_DoesNotOverflow(long amount)
    {
        QuotaTerms terms = Terms.Of(new PlanLimits
        {
            TokensPerDay = new Limit(amount),
            TokensPerMonth = new Limit(amount),
            TokensPerMinute = new Limit(amount),
            RequestsPerMinute = new Limit(amount),
            ConcurrentRequests = new Limit(amount),
        });

        if (amount == 0)
        {
            Assert.Null(Refuse(terms, Terms.Ask(1, 1)).RetryAfter);
            return;
        }
        Reserve(terms, Terms.Ask(1, long.MaxValue / 4)).Complete(10);
        Reserve(terms, Terms.Ask(1, long.MaxValue, mayShrink: true)).Complete(10);
        Assert.Equal(20, Usage(terms, UsageWindow.Day).Used);
    }

    [Fact]
    public void Plan_ChangedMidStream_KeepsTheReservationAndHoldsForTheNext()
    {
        QuotaTerms large = Terms.Of(new PlanLimits { TokensPerDay = new Limit(1000) });
        QuotaTerms small = Terms.Of(new PlanLimits { TokensPerDay = new Limit(100) });
        Reservation stream = Reserve(large, Terms.Ask(10, 490));

        Assert.Equal(0, Refuse(small, Terms.Ask(1, 1)).Left);
        stream.Complete(60);

        Reserve(small, Terms.Ask(10, 30));
        Refuse(small, Terms.Ask(1, 1));
    }

    [Fact]
    public void Seed_FromTheLedger_CountsAgainstTheLimits()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerMonth = new Limit(1000) }, features: new FeatureLimit("runs", 3, UsageWindow.Week));
        _book.Seed(terms, QuotaScope.Tenant, UsageWindow.Month, 990);
        _book.SeedFeature(terms, "runs", UsageWindow.Week, 3);

        Assert.Equal(10, Refuse(terms, Terms.Ask(1, 10)).Left);
        Assert.Equal(LimitName.FeatureUses, Refuse(terms, Terms.Ask(1, 1, feature: "runs")).Limit);
        Reserve(terms, Terms.Ask(1, 9));
    }

    [Fact]
    public void TryReserve_Admitted_AllocatesLittle()
    {
        QuotaTerms terms = Terms.Of(new PlanLimits { TokensPerDay = new Limit(long.MaxValue), RequestsPerMinute = new Limit(long.MaxValue) });

        long bytes = TokenFactory.Tests.Shared.Allocations.Of(() => Reserve(terms, Terms.Ask(5, 5)).Complete(7), times: 1000) / 1000;

        Assert.InRange(bytes, 1, 128);
    }

    private static PlanLimits Enforce(QuotaTerms terms) => terms.Tenant with { RequestsPerMinute = terms.Tenant.RequestsPerMinute! with { IsShadow = false } };

    private WindowUsage Usage(QuotaTerms terms, UsageWindow window) => _book.Read(terms, QuotaScope.Tenant).Windows[window];

    private Reservation Reserve(QuotaTerms terms, QuotaRequest request)
    {
        Assert.Null(_book.TryReserve(terms, request, out Reservation? reservation));
        return reservation!;
    }

    private QuotaRefusal Refuse(QuotaTerms terms, QuotaRequest request)
    {
        QuotaRefusal? refusal = _book.TryReserve(terms, request, out Reservation? reservation);
        Assert.Null(reservation);
        return Assert.IsType<QuotaRefusal>(refusal);
    }
}
