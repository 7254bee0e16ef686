using System.Globalization;
using CsCheck;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas.Windows;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Quotas;

public sealed class CalendarWindowTests
{
    private static readonly string[] Zones =
    [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia",
    ];

    [Theory]
    [InlineData("UTC", "2026-11-24T10:00:00Z", UsageWindow.Day, "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")]
    [InlineData("Europe/Berlin", "2026-11-24T23:30:00Z", UsageWindow.Day, "2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z")]
    [InlineData("Europe/Berlin", "2026-11-24T10:00:00Z", UsageWindow.Week, "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z")]
    [InlineData("Asia/Kolkata", "2026-11-30T18:29:59Z", UsageWindow.Month, "2026-10-31T18:30:00Z", "2026-11-30T18:30:00Z")]
    [InlineData("Asia/Kolkata", "2026-11-30T18:30:00Z", UsageWindow.Month, "2026-11-30T18:30:00Z", "2026-12-31T18:30:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29T12:00:00Z", UsageWindow.Day, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T12:00:00Z", UsageWindow.Day, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    public void Holding_AnInstant_IsTheLocalCalendarWindow(string zone, string instant, UsageWindow kind, string start, string end)
    {
        CalendarWindow window = CalendarWindow.Holding(At(instant), kind, TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.Equal((At(start), At(end)), (window.Start, window.End));
    }

    [Fact]
    public void Holding_MidnightThatDoesNotExist_BeginsWhereClocksLand()
    {
        // In Cairo clocks went from 00:00 to 01:00 on 26 April 2024.
        CalendarWindow day = CalendarWindow.Holding(At("2024-04-26T10:00:00Z"), UsageWindow.Day, TimeZoneInfo.FindSystemTimeZoneById("Africa/Cairo"));

        Assert.Equal(At("2024-04-25T22:00:00Z"), day.Start);
        Assert.Equal(TimeSpan.FromHours(23), day.End - day.Start);
    }

    [Fact]
    public void Holding_AnyInstantAnywhere_FollowsWithoutGapOrOverlap() => Gen
        .Select(Gen.Long[At("2015-01-01T00:00:00Z").UtcTicks, At("2035-01-01T00:00:00Z").UtcTicks], Gen.Int[0, Zones.Length - 1], Gen.Enum<UsageWindow>())
        .Sample((ticks, zone, kind) =>
        {
            TimeZoneInfo local = TimeZoneInfo.FindSystemTimeZoneById(Zones[zone]);
            DateTimeOffset instant = new(ticks, TimeSpan.Zero);
            CalendarWindow window = CalendarWindow.Holding(instant, kind, local);
            CalendarWindow next = CalendarWindow.Holding(window.End, kind, local);
            return window.Contains(instant) && next.Start == window.End && CalendarWindow.Holding(window.End.AddTicks(-1), kind, local) == window;
        }, iter: 20_000);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
