using System.Runtime.InteropServices;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Graph;

/// <summary>
/// Attention of one layer over all parts of a step. GroupQueryAttention takes either many sequences of one token or one sequence of
/// many, so every part has a node of its own; and it takes no empty input, so the node lies in a branch that runs only where its part
/// has tokens. Keys and values are updated in place: their outputs are bound to the inputs' memory.
/// </summary>
internal sealed class AttentionNodes(ModelSpec spec, GraphWriter graph, int chunks)
{
    /// <param name="layer">The layer.</param>
    /// <param name="packed">Queries, keys and values side by side, [n, (heads + 2 · KV heads) · head size], before rotation.</param>
    /// <returns>[n, heads · head size].</returns>
    public string Add(int layer, string packed)
    {
        string[] parts = graph.Node("", "Split", [packed, DecoderInputs.Split], chunks + 1, OnnxAttribute.Of("axis", 0));
        for (int part = 0; part < parts.Length; part++)
        {
            parts[part] = AddPart(layer, part, parts[part]);
        }
        return graph.Node("Concat", parts, OnnxAttribute.Of("axis", 0));
    }

    private string AddPart(int layer, int part, string packed)
    {
        string prefix = $"layer{layer}_part{part}_";
        string result = prefix + "attended";
        graph.NamedNode(
            "", "If", [DecoderInputs.Present(part)], [result, DecoderInputs.NewKeys(part, layer), DecoderInputs.NewValues(part, layer)],
            OnnxAttribute.OfGraph("then_branch", Attend(layer, part, packed, prefix + "some_")),
            OnnxAttribute.OfGraph("else_branch", Skip(layer, part, prefix + "none_")));
        graph.Output(DecoderInputs.NewKeys(part, layer), OnnxElement.Float, -1, spec.KeyValueHeads, -1, spec.HeadSize);
        graph.Output(DecoderInputs.NewValues(part, layer), OnnxElement.Float, -1, spec.KeyValueHeads, -1, spec.HeadSize);
        return result;
    }

    private GraphWriter Attend(int layer, int part, string packed, string prefix)
    {
        GraphWriter branch = new(prefix, "");
        // Decode rows are a batch of single tokens, a chunk is one sequence of many.
        string axis = branch.Constant(part == 0 ? 1 : 0);
        string batched = branch.Node("Unsqueeze", [packed, axis]);
        (string cosine, string sine) = spec.LayerAttention[layer].Rope switch
        {
            LayerRope.Global => (DecoderInputs.GlobalCosine, DecoderInputs.GlobalSine),
            LayerRope.Local => (DecoderInputs.LocalCosine, DecoderInputs.LocalSine),
            _ => ("", ""),
        };
        string keys = prefix + "keys";
        string values = prefix + "values";
        string attended = prefix + "attended";
        branch.NamedNode(
            GraphWriter.Microsoft, "GroupQueryAttention",
            [batched, "", "", DecoderInputs.Keys(part, layer), DecoderInputs.Values(part, layer), DecoderInputs.Lengths(part), DecoderInputs.Total(part), cosine, sine],
            [attended, keys, values],
            CollectionsMarshal.AsSpan(Attributes(layer)));
        string flat = prefix + "flat";
        branch.NamedNode("", "Squeeze", [attended, axis], [flat]);
        DeclareOutputs(branch, flat, keys, values);
        return branch;
    }

    private GraphWriter Skip(int layer, int part, string prefix)
    {
        GraphWriter branch = new(prefix, "");
        string nothing = prefix + "nothing";
        string keys = prefix + "keys";
        string values = prefix + "values";
        branch.NamedNode("", "Identity", [branch.Empty(spec.QuerySize)], [nothing]);
        branch.NamedNode("", "Identity", [DecoderInputs.Keys(part, layer)], [keys]);
        branch.NamedNode("", "Identity", [DecoderInputs.Values(part, layer)], [values]);
        DeclareOutputs(branch, nothing, keys, values);
        return branch;
    }

    private void DeclareOutputs(GraphWriter branch, string attended, string keys, string values)
    {
        branch.Output(attended, OnnxElement.Float, -1, spec.QuerySize);
        branch.Output(keys, OnnxElement.Float, -1, spec.KeyValueHeads, -1, spec.HeadSize);
        branch.Output(values, OnnxElement.Float, -1, spec.KeyValueHeads, -1, spec.HeadSize);
    }

    private List<OnnxAttribute> Attributes(int layer)
    {
        LayerAttention attention = spec.LayerAttention[layer];
        List<OnnxAttribute> attributes =
        [
            OnnxAttribute.Of("num_heads", spec.AttentionHeads),
            OnnxAttribute.Of("kv_num_heads", spec.KeyValueHeads),
            OnnxAttribute.Of("do_rotary", attention.Rope == LayerRope.None ? 0 : 1),
            OnnxAttribute.Of("scale", spec.AttentionScale),
        ];
        if (attention.SlidingWindow is { } window)
        {
            attributes.Add(OnnxAttribute.Of("local_window_size", window));
        }
        if (spec.AttentionSoftCap is { } cap)
        {
            attributes.Add(OnnxAttribute.Of("softcap", cap));
        }
        return attributes;
    }
}
