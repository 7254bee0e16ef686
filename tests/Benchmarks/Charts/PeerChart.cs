using System.Globalization;
using System.Text;

namespace TokenFactory.Benchmarks.Charts;

/// <summary>Draws the ratios to llama.cpp as bars, a group for each kind of work and a bar for each model and precision, as SVG for light and dark pages.</summary>
internal static class PeerChart
{
    private const int Left = 130;
    private const int Top = 58;
    private const int BarHeight = 13;
    private const int BarGap = 3;
    private const int GroupGap = 18;
    private const int UnitWidth = 105;
    private const int Right = 60;

    private static readonly string[] Colors = ["#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#009e73", "#66c2a5", "#8a4f7d", "#cc79a7"];

    /// <summary>The SVG's text, the same for the same figures.</summary>
    public static string Draw(IReadOnlyList<PeerFigures> measured)
    {
        string[] works = [.. measured.SelectMany(one => one.Ratios.Select(ratio => ratio.Work)).Distinct()];
        int groupHeight = (measured.Count * (BarHeight + BarGap)) + GroupGap;
        int most = (int)Math.Ceiling(measured.SelectMany(one => one.Ratios).Max(one => one.Ratio));
        int bottom = Top + (works.Length * groupHeight);
        StringBuilder svg = new();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Left + (most * UnitWidth) + Right} {bottom + 30 + LegendHeight(measured)}" font-family="sans-serif" font-size="12" role="img">""");
        Line(svg, $"<title>Tokens a second as multiples of llama.cpp's</title>");
        Line(svg, $"<style>text{{fill:#333}}line{{stroke:#999}}@media(prefers-color-scheme:dark){{text{{fill:#ddd}}line{{stroke:#777}}}}</style>");
        Line(svg, $"""<text x="10" y="20" font-size="14">Tokens a second, times llama.cpp's (more is better; the line at 1 is llama.cpp)</text>""");
        for (int times = 0; times <= most; times++)
        {
            int x = Left + (times * UnitWidth);
            Line(svg, $"""<line x1="{x}" y1="{Top - 12}" x2="{x}" y2="{bottom - GroupGap + 4}" stroke-width="{(times == 1 ? 2 : 0.5)}"/><text x="{x}" y="{Top - 18}" text-anchor="middle">{times}</text>""");
        }
        for (int group = 0; group < works.Length; group++)
        {
            DrawGroup(svg, measured, works[group], Top + (group * groupHeight));
        }
        for (int i = 0; i < measured.Count; i++)
        {
            int y = bottom + 8 + (i / 2 * 18);
            int x = Left + (i % 2 * 240);
            Line(svg, $"""<rect x="{x}" y="{y}" width="12" height="12" fill="{Colors[i % Colors.Length]}"/><text x="{x + 18}" y="{y + 10}">{measured[i].Model}, {measured[i].Precision}</text>""");
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static int LegendHeight(IReadOnlyList<PeerFigures> measured) => (measured.Count + 1) / 2 * 18;

    private static void DrawGroup(StringBuilder svg, IReadOnlyList<PeerFigures> measured, string work, int top)
    {
        Line(svg, $"""<text x="{Left - 10}" y="{top + (measured.Count * (BarHeight + BarGap) / 2) + 4}" text-anchor="end">{work}</text>""");
        for (int i = 0; i < measured.Count; i++)
        {
            foreach ((_, double ratio) in measured[i].Ratios.Where(one => one.Work == work))
            {
                int y = top + (i * (BarHeight + BarGap));
                int width = (int)Math.Round(ratio * UnitWidth);
                Line(svg, $"""<rect x="{Left}" y="{y}" width="{width}" height="{BarHeight}" fill="{Colors[i % Colors.Length]}"/><text x="{Left + width + 5}" y="{y + 11}">{ratio:F2}</text>""");
            }
        }
    }

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
