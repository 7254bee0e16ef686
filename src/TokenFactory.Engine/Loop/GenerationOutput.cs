using System.Buffers;
using System.Text;
using TokenFactory.Engine.Text;

namespace TokenFactory.Engine.Loop;

/// <summary>One generation's way from tokens to text: streaming detokenisation, then stop strings.</summary>
internal sealed class GenerationOutput
{
    private readonly ITextDecoder _decoder;
    private readonly IReadOnlyList<string> _stopStrings;
    private readonly StopMatcher? _stops;

    public GenerationOutput(ITextDecoder decoder, IReadOnlyList<string> stopStrings)
    {
        _decoder = decoder;
        _stopStrings = stopStrings;
        if (stopStrings.Count > 0)
        {
            _stops = new StopMatcher([.. stopStrings.Select(Encoding.UTF8.GetBytes)]);
        }
    }

    /// <summary>Whether a stop string was found; there is no text after it.</summary>
    public bool Stopped => _stops is { Matched: >= 0 };

    /// <summary>The stop string that was found; null for none.</summary>
    public string? StopString => Stopped ? _stopStrings[_stops!.Matched] : null;

    /// <summary>The text that a token makes certain, valid until the next call.</summary>
    /// <param name="token">The generated token.</param>
    /// <param name="scratch">Empty memory to write to.</param>
    public ReadOnlySpan<byte> Append(int token, ArrayBufferWriter<byte> scratch)
    {
        _decoder.Append(token, scratch);
        return _stops is null ? scratch.WrittenSpan : _stops.Append(scratch.WrittenSpan);
    }

    /// <summary>The text that was held back and is now known to be the last. It is written to <paramref name="scratch"/>, which is empty.</summary>
    public ReadOnlySpan<byte> Flush(ArrayBufferWriter<byte> scratch)
    {
        if (Stopped)
        {
            return [];
        }
        _decoder.Flush(scratch);
        if (_stops is null)
        {
            return scratch.WrittenSpan;
        }
        byte[] tail = scratch.WrittenSpan.ToArray();
        scratch.ResetWrittenCount();
        scratch.Write(_stops.Append(tail));
        scratch.Write(_stops.Flush());
        return scratch.WrittenSpan;
    }
}
