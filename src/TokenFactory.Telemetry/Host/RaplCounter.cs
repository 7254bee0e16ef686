using System.Globalization;

namespace TokenFactory.Telemetry.Host;

/// <summary>
/// Energy of the CPU packages, from the running average power limit counters that Linux shows under <c>/sys/class/powercap</c>
/// (<c>intel-rapl:N</c>, AMD too). They count microjoules and wrap at <c>max_energy_range_uj</c>. Most systems let only root read them.
/// </summary>
internal sealed class RaplCounter
{
    private readonly List<Package> _packages = [];

    /// <param name="sysRoot">Where <c>/sys</c> is.</param>
    public RaplCounter(string sysRoot)
    {
        string powercap = Path.Combine(sysRoot, "class", "powercap");
        if (!Directory.Exists(powercap))
        {
            return;
        }
        foreach (string zone in Directory.EnumerateFileSystemEntries(powercap, "intel-rapl:*").Order(StringComparer.Ordinal))
        {
            // intel-rapl:0:1 is a part of package 0 and must not be counted twice.
            bool isPackage = ProcFile.ReadText(Path.Combine(zone, "name"))?.StartsWith("package", StringComparison.Ordinal) == true;
            string energy = Path.Combine(zone, "energy_uj");
            if (isPackage && Path.GetFileName(zone).Count(letter => letter == ':') == 1 && ReadNumber(energy) is { } now)
            {
                _packages.Add(new Package(energy, ReadNumber(Path.Combine(zone, "max_energy_range_uj")) ?? long.MaxValue) { Last = now });
            }
        }
    }

    public bool IsAvailable => _packages.Count > 0;

    /// <summary>Joules drawn by all packages since the last call; null where the counters cannot be read.</summary>
    public double? TakeJoules()
    {
        if (_packages.Count == 0)
        {
            return null;
        }
        long microjoules = 0;
        foreach (Package package in _packages)
        {
            if (ReadNumber(package.Path) is not { } now)
            {
                return null;
            }
            microjoules += now >= package.Last ? now - package.Last : package.Range - package.Last + now;
            package.Last = now;
        }
        return microjoules / 1e6;
    }

    private static long? ReadNumber(string path) =>
        long.TryParse(ProcFile.ReadText(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private sealed class Package(string path, long range)
    {
        public string Path { get; } = path;

        public long Range { get; } = range;

        public long Last { get; set; }
    }
}
