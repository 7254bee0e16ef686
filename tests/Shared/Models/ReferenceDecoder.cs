using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Tests.Shared.Models;

/// <summary>
/// The forward pass written down plainly, in double precision, one token after the other with a growing list of keys and values. It
/// shares nothing with the executor but the spec, the tensors by role, and the rotation's frequencies.
/// </summary>
internal sealed class ReferenceDecoder
{
    private readonly ModelSpec _spec;
    private readonly WeightMap _map;
    private readonly Dictionary<TensorView, float[]> _tensors = [];
    private readonly Dictionary<TensorView, double[][]> _rounded = [];
    private readonly int _context;

    /// <param name="spec">The model.</param>
    /// <param name="map">Its tensors.</param>
    /// <param name="context">The longest context of the run, for LongRoPE.</param>
    public ReferenceDecoder(ModelSpec spec, WeightMap map, int context)
    {
        _spec = spec;
        _map = map;
        _context = context;
    }

    /// <summary>What the rows of a layer's products lose by being stored, those of activations and those of matrices; null: nothing.</summary>
    public Func<double[], double[]>? Rounding { get; init; }

    /// <summary>How far apart the last chosen and the first other expert have been at least.</summary>
    public double LeastRouterMargin { get; private set; } = double.PositiveInfinity;

    /// <summary>The logits after every token.</summary>
    public List<double[]> Logits(IReadOnlyList<int> tokens)
    {
        (List<double[]>[] keys, List<double[]>[] values) = (Cache(), Cache());
        return [.. tokens.Select(token => Forward(token, keys, values))];
    }

    /// <summary>The hidden state of the last token after the final norm.</summary>
    public double[] Pooled(IReadOnlyList<int> tokens)
    {
        (List<double[]>[] keys, List<double[]>[] values) = (Cache(), Cache());
        double[] hidden = [];
        foreach (int token in tokens)
        {
            hidden = Hidden(token, keys, values);
        }
        return hidden;
    }

    /// <summary>The most likely tokens after a prompt, and the logits that each was chosen by.</summary>
    public (int[] Tokens, List<double[]> Logits) Greedy(int[] prompt, int count)
    {
        (List<double[]>[] keys, List<double[]>[] values) = (Cache(), Cache());
        foreach (int token in prompt[..^1])
        {
            Forward(token, keys, values);
        }
        List<double[]> logits = [Forward(prompt[^1], keys, values)];
        List<int> tokens = [];
        while (true)
        {
            tokens.Add(Array.IndexOf(logits[^1], logits[^1].Max()));
            if (tokens.Count == count)
            {
                return ([.. tokens], logits);
            }
            logits.Add(Forward(tokens[^1], keys, values));
        }
    }

    private List<double[]>[] Cache() => [.. Enumerable.Range(0, _spec.Layers).Select(_ => new List<double[]>())];

    private double[] Forward(int token, List<double[]>[] keys, List<double[]>[] values)
    {
        double[] logits = Multiply(_map[WeightRole.OutputHead], Hidden(token, keys, values));
        return _spec.LogitSoftCap is { } cap ? [.. logits.Select(x => cap * Math.Tanh(x / cap))] : logits;
    }

    private double[] Hidden(int token, List<double[]>[] keys, List<double[]>[] values)
    {
        int position = keys[0].Count;
        double[] hidden = [.. Tensor(_map[WeightRole.TokenEmbedding]).AsSpan(token * _spec.HiddenSize, _spec.HiddenSize).ToArray().Select(x => (double)x * _spec.EmbeddingScale)];
        for (int layer = 0; layer < _spec.Layers; layer++)
        {
            double[] attended = Attention(layer, position, Norm(hidden, WeightRole.AttentionNorm, layer), keys[layer], values[layer]);
            hidden = Add(hidden, _spec.PostNorms ? Norm(attended, WeightRole.PostAttentionNorm, layer) : attended);
            double[] forward = Norm(hidden, WeightRole.FeedForwardNorm, layer);
            double[] forwarded = _spec.HasExperts(layer) ? Experts(layer, forward) : FeedForward(layer, forward);
            hidden = Add(hidden, _spec.PostNorms ? Norm(forwarded, WeightRole.PostFeedForwardNorm, layer) : forwarded);
        }
        return Norm(hidden, _map[WeightRole.FinalNorm]);
    }

    private double[] Attention(int layer, int position, double[] normed, List<double[]> keys, List<double[]> values)
    {
        double[] query = Linear(normed, WeightRole.Query, WeightRole.QueryBias, layer);
        double[] key = Linear(normed, WeightRole.Key, WeightRole.KeyBias, layer);
        keys.Add(PrepareHeads(key, layer, position, WeightRole.KeyNorm));
        values.Add(Linear(normed, WeightRole.Value, WeightRole.ValueBias, layer));
        query = PrepareHeads(query, layer, position, WeightRole.QueryNorm);

        int size = _spec.HeadSize;
        int first = _spec.LayerAttention[layer].SlidingWindow is { } window ? Math.Max(0, position - window + 1) : 0;
        double[] mixed = new double[_spec.QuerySize];
        for (int head = 0; head < _spec.AttentionHeads; head++)
        {
            int shared = head / (_spec.AttentionHeads / _spec.KeyValueHeads) * size;
            double[] scores = new double[position + 1 - first];
            for (int j = first; j <= position; j++)
            {
                double score = 0;
                for (int d = 0; d < size; d++)
                {
                    score += query[(head * size) + d] * keys[j][shared + d];
                }
                score *= _spec.AttentionScale;
                scores[j - first] = _spec.AttentionSoftCap is { } cap ? cap * Math.Tanh(score / cap) : score;
            }
            // A sink is one score more, without a key or a value.
            double[] weights = Softmax(_spec.AttentionSinks ? [.. scores, Tensor(_map[WeightRole.AttentionSinks, layer])[head]] : scores);
            for (int j = first; j <= position; j++)
            {
                for (int d = 0; d < size; d++)
                {
                    mixed[(head * size) + d] += weights[j - first] * values[j][shared + d];
                }
            }
        }
        return Linear(mixed, WeightRole.AttentionOutput, WeightRole.AttentionOutputBias, layer);
    }

    private double[] PrepareHeads(double[] heads, int layer, int position, WeightRole norm)
    {
        int size = _spec.HeadSize;
        double[] result = new double[heads.Length];
        for (int start = 0; start < heads.Length; start += size)
        {
            double[] head = heads[start..(start + size)];
            head = _spec.QueryKeyNorm ? Norm(head, norm, layer) : head;
            Rotate(head, layer, position).CopyTo(result, start);
        }
        return result;
    }

    private double[] Rotate(double[] head, int layer, int position)
    {
        LayerRope kind = _spec.LayerAttention[layer].Rope;
        if (kind == LayerRope.None)
        {
            return head;
        }
        RopeSpec rope = kind == LayerRope.Local ? _spec.LocalRope! : _spec.Rope;
        double[] frequencies = rope.InverseFrequencies(_context);
        double[] result = [.. head];
        int half = rope.RotaryDimensions / 2;
        for (int i = 0; i < half; i++)
        {
            double cosine = Math.Cos(position * frequencies[i]) * rope.AttentionFactor;
            double sine = Math.Sin(position * frequencies[i]) * rope.AttentionFactor;
            result[i] = (head[i] * cosine) - (head[i + half] * sine);
            result[i + half] = (head[i + half] * cosine) + (head[i] * sine);
        }
        return result;
    }

    private double[] FeedForward(int layer, double[] normed)
    {
        double[] gate = Linear(normed, WeightRole.Gate, WeightRole.GateBias, layer);
        double[] up = Linear(normed, WeightRole.Up, WeightRole.UpBias, layer);
        return Linear([.. gate.Zip(up, (g, u) => Activate(g) * u)], WeightRole.Down, WeightRole.DownBias, layer);
    }

    private double[] Experts(int layer, double[] normed)
    {
        ExpertsSpec experts = _spec.Experts!;
        double[] logits = Linear(normed, WeightRole.Router, WeightRole.RouterBias, layer);
        int[] order = [.. Enumerable.Range(0, experts.Count).OrderByDescending(expert => logits[expert])];
        if (experts.PerToken < experts.Count)
        {
            LeastRouterMargin = Math.Min(LeastRouterMargin, logits[order[experts.PerToken - 1]] - logits[order[experts.PerToken]]);
        }
        double[] shares = Softmax([.. order.Take(experts.NormalisesWeights ? experts.PerToken : experts.Count).Select(expert => logits[expert])]);
        double[] result = new double[normed.Length];
        for (int i = 0; i < experts.PerToken; i++)
        {
            double[] own = Expert(layer, order[i], normed);
            result = Add(result, [.. own.Select(x => x * shares[i])]);
        }
        return result;
    }

    private double[] Expert(int layer, int expert, double[] normed)
    {
        if (_spec.Experts!.Storage != ExpertStorage.Separate)
        {
            return ReferenceExperts.Forward(_spec, _map, layer, expert, normed);
        }
        double[] gate = Multiply(_map[WeightRole.Gate, layer, expert], normed), up = Multiply(_map[WeightRole.Up, layer, expert], normed);
        return Multiply(_map[WeightRole.Down, layer, expert], [.. gate.Zip(up, (g, u) => Activate(g) * u)]);
    }

    private double Activate(double x) => _spec.Activation == Activation.Silu
        ? x / (1 + Math.Exp(-x))
        : 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private double[] Linear(double[] input, WeightRole matrix, WeightRole bias, int layer)
    {
        double[] result = Rounding is null ? Multiply(_map[matrix, layer], input) : MultiplyRounded(_map[matrix, layer], Rounding(input));
        return _map.TryGet(bias, layer, out TensorView tensor) ? Add(result, [.. Tensor(tensor).Select(x => (double)x)]) : result;
    }

    private double[] Multiply(TensorView matrix, double[] input)
    {
        float[] weights = Tensor(matrix);
        double[] result = new double[matrix.Rows];
        for (int row = 0; row < result.Length; row++)
        {
            for (int i = 0; i < input.Length; i++)
            {
                result[row] += weights[(row * input.Length) + i] * input[i];
            }
        }
        return result;
    }

    private double[] MultiplyRounded(TensorView matrix, double[] input)
    {
        if (!_rounded.TryGetValue(matrix, out double[][]? rows))
        {
            float[] weights = Tensor(matrix);
            rows = [.. Enumerable.Range(0, (int)matrix.Rows).Select(row => Rounding!([.. weights.AsSpan(row * input.Length, input.Length).ToArray().Select(x => (double)x)]))];
            _rounded.Add(matrix, rows);
        }
        return [.. rows.Select(row => row.Zip(input, (w, x) => w * x).Sum())];
    }

    private double[] Norm(double[] input, WeightRole role, int layer) => Norm(input, _map[role, layer]);

    private double[] Norm(double[] input, TensorView weight)
    {
        double factor = 1 / Math.Sqrt((input.Sum(x => x * x) / input.Length) + _spec.NormEpsilon);
        return [.. input.Zip(Tensor(weight), (x, w) => x * factor * (w + _spec.NormWeightOffset))];
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double[] Softmax(double[] scores)
    {
        double max = scores.Max();
        double[] exponentials = [.. scores.Select(score => Math.Exp(score - max))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(e => e / sum)];
    }

    private float[] Tensor(TensorView view)
    {
        if (!_tensors.TryGetValue(view, out float[]? values))
        {
            _tensors.Add(view, values = view.ToArray());
        }
        return values;
    }
}
