using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Onnx.Tests.Driving;

/// <summary>A sequence that tests drive through an executor; one without new tokens is pooled.</summary>
internal sealed class DrivenSequence(int[] prompt, int newTokens, SamplingParameters? sampling = null)
{
    public List<int> Tokens { get; } = [.. prompt];

    public int PromptLength { get; } = prompt.Length;

    /// <summary>Tokens that the sequence ends with.</summary>
    public int FinalLength { get; } = prompt.Length + newTokens;

    /// <summary>Tokens whose keys and values are computed.</summary>
    public int Computed { get; set; }

    public int Row { get; set; } = -1;

    public bool Fresh { get; set; }

    public KvBlockTable? Table { get; set; }

    public SamplingState Sampling { get; } = new(sampling ?? SamplingParameters.Greedy, prompt, newTokens);

    /// <summary>Logits of each sampled position, where they are collected.</summary>
    public List<float[]> Logits { get; } = [];

    /// <summary>What it was pooled to; null before, and for a sequence that generates.</summary>
    public float[]? Pooled { get; set; }

    public bool IsPooled => newTokens == 0;

    public bool Finished => IsPooled ? Pooled is not null : Tokens.Count >= FinalLength;

    public int Pending => Tokens.Count - Computed;

    public IEnumerable<int> Output => Tokens.Skip(PromptLength);
}
