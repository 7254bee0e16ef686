using System.Collections.Immutable;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Models.Weights;

/// <summary>Rows of a stored tensor that play one role.</summary>
internal readonly record struct WeightPart(WeightRole Role, long Rows);

/// <summary>A tensor of a layer: its name behind <c>layers.N.</c>, its shape, the roles of its rows in order, whose of the layer's experts it is, and whether it is bytes of a format of its own.</summary>
internal sealed record WeightName(string Tensor, ImmutableArray<long> Shape, ImmutableArray<WeightPart> Parts, int Expert = WeightName.NoExpert, bool IsPacked = false)
{
    public const int NoExpert = -1;

    public static WeightName Vector(string tensor, int width, WeightRole role) => new(tensor, [width], [new WeightPart(role, width)]);

    public static WeightName Matrix(string tensor, int columns, params ImmutableArray<WeightPart> parts) =>
        new(tensor, [parts.Sum(part => part.Rows), columns], parts);
}

/// <summary>Names of a layer's tensors, as the supported families write them.</summary>
internal static class WeightNames
{
    public static IEnumerable<WeightName> OfLayer(ModelSpec spec, int layer) =>
        [.. Norms(spec), .. Attention(spec), .. spec.HasExperts(layer) ? ExpertNames.OfLayer(spec) : FeedForward(spec)];

    private static IEnumerable<WeightName> Norms(ModelSpec spec)
    {
        yield return WeightName.Vector("input_layernorm.weight", spec.HiddenSize, WeightRole.AttentionNorm);
        if (spec.QueryKeyNorm)
        {
            yield return WeightName.Vector("self_attn.q_norm.weight", spec.HeadSize, WeightRole.QueryNorm);
            yield return WeightName.Vector("self_attn.k_norm.weight", spec.HeadSize, WeightRole.KeyNorm);
        }
        if (!spec.PostNorms)
        {
            // This name means the norm before the feed-forward part, except where there are norms after attention as well.
            yield return WeightName.Vector("post_attention_layernorm.weight", spec.HiddenSize, WeightRole.FeedForwardNorm);
            yield break;
        }
        yield return WeightName.Vector("post_attention_layernorm.weight", spec.HiddenSize, WeightRole.PostAttentionNorm);
        yield return WeightName.Vector("pre_feedforward_layernorm.weight", spec.HiddenSize, WeightRole.FeedForwardNorm);
        yield return WeightName.Vector("post_feedforward_layernorm.weight", spec.HiddenSize, WeightRole.PostFeedForwardNorm);
    }

    private static IEnumerable<WeightName> Attention(ModelSpec spec)
    {
        WeightPart query = new(WeightRole.Query, spec.QuerySize), key = new(WeightRole.Key, spec.KeyValueSize), value = new(WeightRole.Value, spec.KeyValueSize);
        if (spec.FusedProjections)
        {
            yield return WeightName.Matrix("self_attn.qkv_proj.weight", spec.HiddenSize, query, key, value);
        }
        else
        {
            yield return WeightName.Matrix("self_attn.q_proj.weight", spec.HiddenSize, query);
            yield return WeightName.Matrix("self_attn.k_proj.weight", spec.HiddenSize, key);
            yield return WeightName.Matrix("self_attn.v_proj.weight", spec.HiddenSize, value);
        }
        yield return WeightName.Matrix("self_attn.o_proj.weight", spec.QuerySize, new WeightPart(WeightRole.AttentionOutput, spec.HiddenSize));
        if (spec.QueryKeyValueBias)
        {
            yield return WeightName.Vector("self_attn.q_proj.bias", spec.QuerySize, WeightRole.QueryBias);
            yield return WeightName.Vector("self_attn.k_proj.bias", spec.KeyValueSize, WeightRole.KeyBias);
            yield return WeightName.Vector("self_attn.v_proj.bias", spec.KeyValueSize, WeightRole.ValueBias);
        }
        if (spec.OutputBias)
        {
            yield return WeightName.Vector("self_attn.o_proj.bias", spec.HiddenSize, WeightRole.AttentionOutputBias);
        }
        if (spec.AttentionSinks)
        {
            yield return WeightName.Vector("self_attn.sinks", spec.AttentionHeads, WeightRole.AttentionSinks);
        }
    }

    private static IEnumerable<WeightName> FeedForward(ModelSpec spec)
    {
        WeightPart gate = new(WeightRole.Gate, spec.FeedForwardSize), up = new(WeightRole.Up, spec.FeedForwardSize);
        if (spec.FusedProjections)
        {
            yield return WeightName.Matrix("mlp.gate_up_proj.weight", spec.HiddenSize, gate, up);
        }
        else
        {
            yield return WeightName.Matrix("mlp.gate_proj.weight", spec.HiddenSize, gate);
            yield return WeightName.Matrix("mlp.up_proj.weight", spec.HiddenSize, up);
        }
        yield return WeightName.Matrix("mlp.down_proj.weight", spec.FeedForwardSize, new WeightPart(WeightRole.Down, spec.HiddenSize));
        if (spec.FeedForwardBias)
        {
            yield return WeightName.Vector("mlp.gate_proj.bias", spec.FeedForwardSize, WeightRole.GateBias);
            yield return WeightName.Vector("mlp.up_proj.bias", spec.FeedForwardSize, WeightRole.UpBias);
            yield return WeightName.Vector("mlp.down_proj.bias", spec.HiddenSize, WeightRole.DownBias);
        }
    }
}
