namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>
/// A decoder made ready for one vocabulary: its first steps, as far as they look at a token alone, are done for every id beforehand;
/// the others run as stages.
/// </summary>
internal sealed class TokenDecoder
{
    private readonly Vocabulary _vocabulary;
    private readonly List<DecoderStep> _running;
    private readonly int _firstFuse;
    private readonly byte[]?[] _inputs;
    private readonly Lazy<byte[][]> _bytes;

    public TokenDecoder(IReadOnlyList<DecoderStep> steps, Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _running = [.. steps.SkipWhile(step => step.IsPerToken)];
        int fuse = _running.FindIndex(step => step.Fuses);
        _firstFuse = fuse < 0 ? _running.Count : fuse;
        DecoderStep[] before = [.. steps.TakeWhile(step => step.IsPerToken)];
        _inputs = new byte[]?[vocabulary.Size];
        for (int id = 0; id < _inputs.Length; id++)
            _inputs[id] = vocabulary.Utf8(id) is { } utf8 ? Apply(before, utf8) : null;
        _bytes = new Lazy<byte[][]>(() => [.. _inputs.Select(input => input is null ? [] : Apply(_running, input))]);
    }

    /// <summary>The bytes of each id wherever it stands; empty for an id that no piece has.</summary>
    public byte[][] Bytes => _bytes.Value;

    /// <summary>Connects one stage per running step and ends in <paramref name="output"/>; returns where tokens go in.</summary>
    public DecoderStage Start(DecoderStage output)
    {
        DecoderStage stage = output;
        for (int i = _running.Count - 1; i >= 0; i--)
            stage = _running[i].CreateStage(stage, fused: i > _firstFuse);
        return stage;
    }

    /// <summary>Puts one id into the stages; an unknown id counts for nothing.</summary>
    public void Feed(DecoderStage stages, int id, bool skipSpecialTokens)
    {
        if ((uint)id < (uint)_inputs.Length && _inputs[id] is { } input && !(skipSpecialTokens && _vocabulary.IsSpecial(id)))
            stages.Write(input);
    }

    private static byte[] Apply(IEnumerable<DecoderStep> steps, byte[] token) => steps.Aggregate(token, (bytes, step) => step.Alone(bytes));
}
