using System.Collections.Immutable;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Models.Weights;

/// <summary>Rows of a stored tensor that play one role.</summary>
internal readonly record struct WeightPart(WeightRole Role, long Rows);

/// <summary>A tensor of a layer: its name behind <c>layers.N.</c>, its shape, and the roles of its rows in order.</summary>
internal sealed record WeightName(string Tensor, ImmutableArray<long> Shape, ImmutableArray<WeightPart> Parts);

/// <summary>Names of a layer's tensors, as the supported families write them.</summary>
internal static class WeightNames
{
    public static IEnumerable<WeightName> OfLayer(ModelSpec spec) =>
        Norms(spec).Concat(spec.FusedProjections ? FusedMatrices(spec) : Matrices(spec)).Concat(Biases(spec));

    private static IEnumerable<WeightName> Norms(ModelSpec spec)
    {
        yield return Vector("input_layernorm.weight", spec.HiddenSize, WeightRole.AttentionNorm);
        if (spec.QueryKeyNorm)
        {
            yield return Vector("self_attn.q_norm.weight", spec.HeadSize, WeightRole.QueryNorm);
            yield return Vector("self_attn.k_norm.weight", spec.HeadSize, WeightRole.KeyNorm);
        }
        if (!spec.PostNorms)
        {
            // This name means the norm before the feed-forward part, except where there are norms after attention as well.
            yield return Vector("post_attention_layernorm.weight", spec.HiddenSize, WeightRole.FeedForwardNorm);
            yield break;
        }
        yield return Vector("post_attention_layernorm.weight", spec.HiddenSize, WeightRole.PostAttentionNorm);
        yield return Vector("pre_feedforward_layernorm.weight", spec.HiddenSize, WeightRole.FeedForwardNorm);
        yield return Vector("post_feedforward_layernorm.weight", spec.HiddenSize, WeightRole.PostFeedForwardNorm);
    }

    private static IEnumerable<WeightName> Matrices(ModelSpec spec)
    {
        yield return Matrix("self_attn.q_proj.weight", spec.HiddenSize, new WeightPart(WeightRole.Query, spec.QuerySize));
        yield return Matrix("self_attn.k_proj.weight", spec.HiddenSize, new WeightPart(WeightRole.Key, spec.KeyValueSize));
        yield return Matrix("self_attn.v_proj.weight", spec.HiddenSize, new WeightPart(WeightRole.Value, spec.KeyValueSize));
        yield return Matrix("self_attn.o_proj.weight", spec.QuerySize, new WeightPart(WeightRole.AttentionOutput, spec.HiddenSize));
        yield return Matrix("mlp.gate_proj.weight", spec.HiddenSize, new WeightPart(WeightRole.Gate, spec.FeedForwardSize));
        yield return Matrix("mlp.up_proj.weight", spec.HiddenSize, new WeightPart(WeightRole.Up, spec.FeedForwardSize));
        yield return Matrix("mlp.down_proj.weight", spec.FeedForwardSize, new WeightPart(WeightRole.Down, spec.HiddenSize));
    }

    private static IEnumerable<WeightName> FusedMatrices(ModelSpec spec)
    {
        yield return Matrix(
            "self_attn.qkv_proj.weight", spec.HiddenSize, new WeightPart(WeightRole.Query, spec.QuerySize),
            new WeightPart(WeightRole.Key, spec.KeyValueSize), new WeightPart(WeightRole.Value, spec.KeyValueSize));
        yield return Matrix("self_attn.o_proj.weight", spec.QuerySize, new WeightPart(WeightRole.AttentionOutput, spec.HiddenSize));
        yield return Matrix(
            "mlp.gate_up_proj.weight", spec.HiddenSize, new WeightPart(WeightRole.Gate, spec.FeedForwardSize),
            new WeightPart(WeightRole.Up, spec.FeedForwardSize));
        yield return Matrix("mlp.down_proj.weight", spec.FeedForwardSize, new WeightPart(WeightRole.Down, spec.HiddenSize));
    }

    private static IEnumerable<WeightName> Biases(ModelSpec spec)
    {
        if (spec.QueryKeyValueBias)
        {
            yield return Vector("self_attn.q_proj.bias", spec.QuerySize, WeightRole.QueryBias);
            yield return Vector("self_attn.k_proj.bias", spec.KeyValueSize, WeightRole.KeyBias);
            yield return Vector("self_attn.v_proj.bias", spec.KeyValueSize, WeightRole.ValueBias);
        }
        if (spec.OutputBias)
        {
            yield return Vector("self_attn.o_proj.bias", spec.HiddenSize, WeightRole.AttentionOutputBias);
        }
        if (spec.FeedForwardBias)
        {
            yield return Vector("mlp.gate_proj.bias", spec.FeedForwardSize, WeightRole.GateBias);
            yield return Vector("mlp.up_proj.bias", spec.FeedForwardSize, WeightRole.UpBias);
            yield return Vector("mlp.down_proj.bias", spec.HiddenSize, WeightRole.DownBias);
        }
    }

    private static WeightName Vector(string tensor, int width, WeightRole role) => new(tensor, [width], [new WeightPart(role, width)]);

    private static WeightName Matrix(string tensor, int columns, params ImmutableArray<WeightPart> parts) =>
        new(tensor, [parts.Sum(part => part.Rows), columns], parts);
}
