namespace TokenFactory.Telemetry.Nvml;

/// <summary>Why a GPU's clocks are where they are: <c>nvmlClocksEventReason…</c> (formerly <c>nvmlClocksThrottleReason…</c>) of nvml.h.</summary>
[Flags]
public enum ClockReasons : ulong
{
    None = 0,
    GpuIdle = 0x1,
    ApplicationsClocksSetting = 0x2,
    SoftwarePowerCap = 0x4,
    HardwareSlowdown = 0x8,
    SyncBoost = 0x10,
    SoftwareThermalSlowdown = 0x20,
    HardwareThermalSlowdown = 0x40,
    HardwarePowerBrake = 0x80,
    DisplayClockSetting = 0x100,
}

/// <summary>Clock reasons as people read them.</summary>
public static class ClockReasonWords
{
    // At full load the power cap is the normal state of a GPU; these are not.
    private const ClockReasons Harmful =
        ClockReasons.HardwareSlowdown | ClockReasons.SoftwareThermalSlowdown | ClockReasons.HardwareThermalSlowdown | ClockReasons.HardwarePowerBrake;

    private static readonly (ClockReasons Reason, string Words)[] Words =
    [
        (ClockReasons.HardwareThermalSlowdown, "too hot: the hardware slows it down"),
        (ClockReasons.SoftwareThermalSlowdown, "too hot: the driver slows it down"),
        (ClockReasons.HardwarePowerBrake, "power brake: the power supply asks for less"),
        (ClockReasons.HardwareSlowdown, "slowed down by the hardware"),
        (ClockReasons.SoftwarePowerCap, "at its power limit"),
        (ClockReasons.SyncBoost, "held with its sync boost group"),
        (ClockReasons.ApplicationsClocksSetting, "at the clocks set for applications"),
        (ClockReasons.DisplayClockSetting, "held by the display's clocks"),
        (ClockReasons.GpuIdle, "idle"),
    ];

    /// <summary>Whether something keeps the GPU from what it could do, other than its normal power limit.</summary>
    public static bool IsThrottled(this ClockReasons reasons) => (reasons & Harmful) != 0;

    /// <summary>The reasons in words, the gravest first; empty where nothing holds the clocks. Common single reasons allocate nothing.</summary>
    public static string Describe(this ClockReasons reasons)
    {
        string text = "";
        foreach ((ClockReasons reason, string words) in Words)
        {
            if ((reasons & reason) != 0)
            {
                text = text.Length == 0 ? words : $"{text}; {words}";
            }
        }
        return text;
    }
}
