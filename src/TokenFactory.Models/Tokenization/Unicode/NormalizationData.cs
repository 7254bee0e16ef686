using System.Globalization;

namespace TokenFactory.Models.Tokenization.Unicode;

/// <summary>
/// Combining classes, full decompositions and primary composites, read once from the embedded <c>normalization.txt</c>
/// (Unicode 15.0). .NET has no such table of its own when globalization is invariant.
/// </summary>
internal sealed class NormalizationData
{
    private static readonly Lazy<NormalizationData> Loaded = new(() => new NormalizationData());

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatibility = [];
    private readonly Dictionary<(int First, int Second), int> _composites = [];
    private readonly HashSet<int> _notSurelyComposed = [];

    private NormalizationData()
    {
        using Stream stream = typeof(NormalizationData).Assembly.GetManifestResourceStream(typeof(NormalizationData), "normalization.txt")
            ?? throw new InvalidOperationException("the resource normalization.txt is missing from this assembly");
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
                Read(line.Split(' '));
        }
        Expand();
    }

    public static NormalizationData Instance => Loaded.Value;

    /// <summary>The canonical combining class; 0 for a starter.</summary>
    public byte CombiningClass(int codePoint) => _classes.GetValueOrDefault(codePoint);

    /// <summary>The full decomposition (canonical, or compatibility where asked), or null where the code point stands for itself.</summary>
    public int[]? Decomposition(int codePoint, bool compatibility)
    {
        if (compatibility && _compatibility.TryGetValue(codePoint, out int[]? wide))
            return wide;
        return _canonical.GetValueOrDefault(codePoint);
    }

    /// <summary>The primary composite of two code points, or -1.</summary>
    public int Compose(int first, int second) => _composites.GetValueOrDefault((first, second), -1);

    /// <summary>
    /// True where a code point may change under form C: it is a combining mark, can be the second half of a composite, or has a
    /// decomposition that is never put together again. A text without any is in form C.
    /// </summary>
    public bool MayChangeUnderFormC(int codePoint) =>
        codePoint is >= 0x1161 and <= 0x11FF || _notSurelyComposed.Contains(codePoint);

    private void Read(string[] fields)
    {
        if (fields[0] == "c")
        {
            byte combiningClass = byte.Parse(fields[1], CultureInfo.InvariantCulture);
            foreach (string range in fields.AsSpan(2))
                ReadClassRange(range, combiningClass);
            return;
        }
        int source = Hex(fields[1]);
        int[] target = [.. fields.Skip(2).Select(Hex)];
        if (fields[0] == "k")
        {
            _compatibility.Add(source, target);
            return;
        }
        _canonical.Add(source, target);
        if (fields[0] == "d")
        {
            _composites.Add((target[0], target[1]), source);
            _notSurelyComposed.Add(target[1]);
        }
        else
        {
            _notSurelyComposed.Add(source);
        }
    }

    private void ReadClassRange(string range, byte combiningClass)
    {
        int dash = range.IndexOf('-', StringComparison.Ordinal);
        int first = Hex(dash < 0 ? range : range[..dash]);
        int last = dash < 0 ? first : Hex(range[(dash + 1)..]);
        for (int codePoint = first; codePoint <= last; codePoint++)
        {
            _classes.Add(codePoint, combiningClass);
            _notSurelyComposed.Add(codePoint);
        }
    }

    /// <summary>Turns the one-step mappings of the file into full ones, so that a look-up needs no recursion.</summary>
    private void Expand()
    {
        Dictionary<int, int[]> canonical = new(_canonical);
        Dictionary<int, int[]> every = new(_canonical.Concat(_compatibility));
        foreach ((int source, int[] target) in every)
        {
            int[] wide = [.. target.SelectMany(codePoint => Full(codePoint, every))];
            if (!canonical.TryGetValue(source, out int[]? step))
            {
                _compatibility[source] = wide;
                continue;
            }
            int[] narrow = [.. step.SelectMany(codePoint => Full(codePoint, canonical))];
            _canonical[source] = narrow;
            if (!narrow.AsSpan().SequenceEqual(wide))
                _compatibility[source] = wide;
        }
    }

    private static IEnumerable<int> Full(int codePoint, Dictionary<int, int[]> steps) =>
        steps.TryGetValue(codePoint, out int[]? target) ? target.SelectMany(next => Full(next, steps)) : [codePoint];

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
