using System.Text.Json;

namespace TokenFactory.Benchmarks.Charts;

/// <summary>The ratios that one <c>measure peer</c> left, read from its JSON.</summary>
/// <param name="Model">The model's folder name: part of the file's name.</param>
/// <param name="Precision">As in the file's name.</param>
/// <param name="Ratios">What was done, and how many times the peer's tokens a second it gave.</param>
internal sealed record PeerFigures(string Model, string Precision, IReadOnlyList<(string Work, double Ratio)> Ratios)
{
    private const string Prefix = "cpu-";
    private const string Ending = ": ratio [times]";

    /// <summary>Reads all <c>cpu-MODEL-PRECISION.json</c> of a folder, by name.</summary>
    public static IReadOnlyList<PeerFigures> ReadFolder(string folder) =>
        [.. Directory.GetFiles(folder, Prefix + "*.json").Order(StringComparer.Ordinal).Select(Read).Where(figures => figures.Ratios.Count > 0)];

    private static PeerFigures Read(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file)[Prefix.Length..];
        int dash = name.LastIndexOf('-');
        JsonElement figures = JsonElement.Parse(File.ReadAllText(file)).GetProperty("figures");
        return new PeerFigures(
            name[..dash],
            name[(dash + 1)..],
            [.. figures.EnumerateObject().Where(one => one.Name.EndsWith(Ending, StringComparison.Ordinal)).Select(one => (Shorten(one.Name), one.Value.GetDouble()))]);
    }

    // "8 sequences after 128: ratio [times]" is of 8 sequences, whatever the depth.
    private static string Shorten(string figure)
    {
        string work = figure[..^Ending.Length];
        int after = work.IndexOf(" after ", StringComparison.Ordinal);
        work = after < 0 ? work : work[..after];
        return work == "1 sequences" ? "1 sequence" : work;
    }
}
