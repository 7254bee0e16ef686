namespace TokenFactory.Engine.Text;

/// <summary>
/// Finds stop strings in text that arrives in pieces, also where one spans tokens. Text that may turn out to begin a stop string is
/// held back; the rest is let through at once (Knuth, Morris, Pratt, 1977, one automaton a string).
/// </summary>
public sealed class StopMatcher
{
    private readonly byte[][] _patterns;
    private readonly int[][] _failures;
    private readonly int[] _states;
    private byte[] _held;
    private int _heldCount;
    private int _released;

    /// <param name="stopStrings">Stop strings in UTF-8; empty ones are not allowed.</param>
    public StopMatcher(IReadOnlyList<byte[]> stopStrings)
    {
        if (stopStrings.Any(stop => stop.Length == 0))
        {
            throw new ArgumentException("A stop string is empty.", nameof(stopStrings));
        }
        _patterns = [.. stopStrings];
        _failures = [.. _patterns.Select(BuildFailures)];
        _states = new int[_patterns.Length];
        _held = new byte[64];
    }

    /// <summary>Index of the stop string that was found, or -1.</summary>
    public int Matched { get; private set; } = -1;

    /// <summary>
    /// Takes in text and returns the text that is certain to lie before any stop string, valid until the next call. Nothing comes
    /// after a match.
    /// </summary>
    public ReadOnlySpan<byte> Append(ReadOnlySpan<byte> text)
    {
        RemoveReleased();
        if (Matched >= 0)
        {
            return [];
        }
        EnsureRoom(text.Length);
        foreach (byte value in text)
        {
            _held[_heldCount++] = value;
            if (Advance(value) is >= 0 and int found)
            {
                Matched = found;
                _released = _heldCount - _patterns[found].Length;
                return _held.AsSpan(0, _released);
            }
        }
        int longest = 0;
        foreach (int state in _states)
        {
            longest = Math.Max(longest, state);
        }
        _released = _heldCount - longest;
        return _held.AsSpan(0, _released);
    }

    /// <summary>The text still held back, once no more will come; empty after a match.</summary>
    public ReadOnlySpan<byte> Flush()
    {
        RemoveReleased();
        _released = Matched >= 0 ? 0 : _heldCount;
        return _held.AsSpan(0, _released);
    }

    /// <summary>Advances all automata by a byte; the index of the longest string that ends here, or -1.</summary>
    private int Advance(byte value)
    {
        int found = -1;
        for (int i = 0; i < _patterns.Length; i++)
        {
            byte[] pattern = _patterns[i];
            int state = _states[i];
            while (state > 0 && (state == pattern.Length || pattern[state] != value))
            {
                state = _failures[i][state - 1];
            }
            if (pattern[state] == value)
            {
                state++;
            }
            _states[i] = state;
            if (state == pattern.Length && (found < 0 || pattern.Length > _patterns[found].Length))
            {
                found = i;
            }
        }
        return found;
    }

    private void RemoveReleased()
    {
        _held.AsSpan(_released, _heldCount - _released).CopyTo(_held);
        _heldCount -= _released;
        _released = 0;
    }

    private void EnsureRoom(int more)
    {
        if (_heldCount + more > _held.Length)
        {
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _heldCount + more));
        }
    }

    private static int[] BuildFailures(byte[] pattern)
    {
        int[] failures = new int[pattern.Length];
        int length = 0;
        for (int i = 1; i < pattern.Length; i++)
        {
            while (length > 0 && pattern[length] != pattern[i])
            {
                length = failures[length - 1];
            }
            if (pattern[length] == pattern[i])
            {
                length++;
            }
            failures[i] = length;
        }
        return failures;
    }
}
