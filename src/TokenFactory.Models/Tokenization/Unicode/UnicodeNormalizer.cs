using System.Text;

namespace TokenFactory.Models.Tokenization.Unicode;

/// <summary>
/// Unicode normalization forms (UAX #15). <see cref="string.Normalize()"/> is no substitute: under
/// <c>InvariantGlobalization</c> it returns its input unchanged.
/// </summary>
internal static class UnicodeNormalizer
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7;
    private const int LCount = 19, VCount = 21, TCount = 28, NCount = VCount * TCount, SCount = LCount * NCount;

    /// <summary>Returns <paramref name="text"/> in <paramref name="form"/>; lone surrogates pass through as they are.</summary>
    public static string Normalize(string text, NormalizationForm form)
    {
        if (IsTriviallyNormalized(text, form))
            return text;
        bool compatibility = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        List<int> codePoints = Decompose(text, compatibility);
        Reorder(codePoints);
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
            Compose(codePoints);
        return ToText(codePoints);
    }

    private static bool IsTriviallyNormalized(string text, NormalizationForm form) => form switch
    {
        NormalizationForm.FormC => IsSurelyComposed(text),
        NormalizationForm.FormD => text.AsSpan().IndexOfAnyExceptInRange('\0', '\u00BF') < 0,
        _ => text.AsSpan().IndexOfAnyExceptInRange('\0', '\u009F') < 0,
    };

    private static bool IsSurelyComposed(string text)
    {
        int start = text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF');
        if (start < 0)
            return true;
        NormalizationData data = NormalizationData.Instance;
        foreach (Rune rune in text.AsSpan(start).EnumerateRunes())
        {
            if (rune.Value >= 0x300 && data.MayChangeUnderFormC(rune.Value))
                return false;
        }
        return true;
    }

    private static List<int> Decompose(string text, bool compatibility)
    {
        NormalizationData data = NormalizationData.Instance;
        List<int> codePoints = new(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            int codePoint = text[i];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                codePoint = char.ConvertToUtf32(text[i], text[++i]);
            if (codePoint < 0xA0)
                codePoints.Add(codePoint);
            else if (codePoint - SBase is >= 0 and < SCount)
                DecomposeHangul(codePoint - SBase, codePoints);
            else if (data.Decomposition(codePoint, compatibility) is { } parts)
                codePoints.AddRange(parts);
            else
                codePoints.Add(codePoint);
        }
        return codePoints;
    }

    private static void DecomposeHangul(int syllable, List<int> codePoints)
    {
        codePoints.Add(LBase + (syllable / NCount));
        codePoints.Add(VBase + (syllable % NCount / TCount));
        if (syllable % TCount != 0)
            codePoints.Add(TBase + (syllable % TCount));
    }

    /// <summary>Puts each run of combining marks into the canonical order: a stable sort by combining class.</summary>
    private static void Reorder(List<int> codePoints)
    {
        NormalizationData data = NormalizationData.Instance;
        int start = 0;
        while (start < codePoints.Count)
        {
            int end = start;
            while (end < codePoints.Count && codePoints[end] >= 0x300 && data.CombiningClass(codePoints[end]) != 0)
                end++;
            if (end - start > 1)
            {
                int[] run = [.. codePoints.GetRange(start, end - start).OrderBy(codePoint => data.CombiningClass(codePoint))];
                for (int i = 0; i < run.Length; i++)
                    codePoints[start + i] = run[i];
            }
            start = Math.Max(end, start + 1);
        }
    }

    private static void Compose(List<int> codePoints)
    {
        NormalizationData data = NormalizationData.Instance;
        int written = 0, starter = -1;
        int lastClass = 0;
        for (int read = 0; read < codePoints.Count; read++)
        {
            int codePoint = codePoints[read];
            int combiningClass = data.CombiningClass(codePoint);
            bool blocked = starter < 0 || (written - 1 != starter && lastClass >= combiningClass);
            int composite = blocked ? -1 : ComposePair(codePoints[starter], codePoint);
            if (composite >= 0)
            {
                codePoints[starter] = composite;
                continue;
            }
            if (combiningClass == 0)
                starter = written;
            lastClass = combiningClass;
            codePoints[written++] = codePoint;
        }
        codePoints.RemoveRange(written, codePoints.Count - written);
    }

    private static int ComposePair(int first, int second)
    {
        if (first - LBase is >= 0 and < LCount && second - VBase is >= 0 and < VCount)
            return SBase + ((first - LBase) * NCount) + ((second - VBase) * TCount);
        if (first - SBase is >= 0 and < SCount && (first - SBase) % TCount == 0 && second - TBase is > 0 and < TCount)
            return first + second - TBase;
        return NormalizationData.Instance.Compose(first, second);
    }

    private static string ToText(List<int> codePoints)
    {
        StringBuilder text = new(codePoints.Count);
        foreach (int codePoint in codePoints)
        {
            if (codePoint < 0x10000)
                text.Append((char)codePoint);
            else
                text.Append(char.ConvertFromUtf32(codePoint));
        }
        return text.ToString();
    }
}
