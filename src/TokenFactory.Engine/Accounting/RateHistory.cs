namespace TokenFactory.Engine.Accounting;

/// <summary>Tokens of one second.</summary>
/// <param name="Second">Unix time in seconds.</param>
/// <param name="Prefill">Prompt tokens computed.</param>
/// <param name="Cached">Prompt tokens taken from the KV cache.</param>
/// <param name="Generated">Tokens generated.</param>
/// <param name="Steps">Steps completed.</param>
/// <param name="Rows">Sequences in those steps, summed.</param>
/// <param name="BusyMilliseconds">Time that the device worked.</param>
/// <param name="Joules">Energy of those steps; 0 where nothing measures it.</param>
public readonly record struct RateSample(long Second, int Prefill, int Cached, int Generated, int Steps, int Rows, double BusyMilliseconds, double Joules = 0);

/// <summary>Token counts of the last ten minutes, second by second, in a fixed ring.</summary>
public sealed class RateHistory
{
    /// <summary>Seconds kept.</summary>
    public const int Length = 600;

    private readonly Lock _lock = new();
    private readonly RateSample[] _ring = new RateSample[Length];

    internal void Add(long second, int prefill, int cached, int generated, int rows, double busyMilliseconds, double joules)
    {
        lock (_lock)
        {
            ref RateSample slot = ref _ring[(int)(second % Length)];
            if (slot.Second != second)
            {
                slot = new RateSample(second, 0, 0, 0, 0, 0, 0, 0);
            }
            slot = new RateSample(
                second,
                slot.Prefill + prefill,
                slot.Cached + cached,
                slot.Generated + generated,
                slot.Steps + 1,
                slot.Rows + rows,
                slot.BusyMilliseconds + busyMilliseconds,
                slot.Joules + joules);
        }
    }

    /// <summary>Fills <paramref name="into"/> with the whole seconds that end before <paramref name="nowSecond"/>, oldest first; seconds without work are zero.</summary>
    public void CopyTo(Span<RateSample> into, long nowSecond)
    {
        lock (_lock)
        {
            for (int i = 0; i < into.Length; i++)
            {
                long second = nowSecond - into.Length + i;
                RateSample slot = second >= 0 && into.Length - i <= Length ? _ring[(int)(second % Length)] : default;
                into[i] = slot.Second == second ? slot : new RateSample(second, 0, 0, 0, 0, 0, 0, 0);
            }
        }
    }
}
