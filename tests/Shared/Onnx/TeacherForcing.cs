using TokenFactory.Engine.Execution;
using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Onnx;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Tests.Shared.Onnx;

/// <summary>How well a model foresees a text: each next token of the text is given to it, whatever it would have chosen.</summary>
internal static class TeacherForcing
{
    /// <summary>
    /// exp of the mean negative log probability of a text's tokens, cut into windows that know nothing of each other; the first token
    /// of a window is given. The windows are the rows of one batch.
    /// </summary>
    /// <param name="executor">Nothing else runs on it; it has a row a window.</param>
    /// <param name="tokens">Token ids of the text.</param>
    /// <param name="window">Tokens of a window; what is left over at the end is not used.</param>
    public static double Perplexity(OnnxModelExecutor executor, int[] tokens, int window)
    {
        int rows = tokens.Length / window;
        if (rows < 1 || rows > executor.Limits.MaxSequences)
        {
            throw new ArgumentException($"{tokens.Length} tokens are {rows} windows of {window}; the executor has {executor.Limits.MaxSequences} rows.");
        }
        int blocksAWindow = (window + executor.Limits.BlockSize - 1) / executor.Limits.BlockSize;
        KvBlockTable[] tables = [.. Enumerable.Range(0, rows).Select(row => Blocks(row * blocksAWindow, blocksAWindow))];
        SamplingState[] sampling = [.. Enumerable.Range(0, rows).Select(row => new SamplingState(SamplingParameters.Greedy, [tokens[row * window]], window))];
        StepPlan plan = new(executor.Limits.MaxStepTokens, executor.Limits.MaxSequences);
        double loss = 0;
        for (int position = 0; position < window - 1; position++)
        {
            plan.Reset(position + 1);
            for (int row = 0; row < rows; row++)
            {
                plan.Add(row, position, 1, position == 0, tables[row], blocksAWindow, sampling[row])[0] = tokens[(row * window) + position];
            }
            int next = position + 1;
            executor.Runner.LogitsObserver = (row, logits) => loss += NegativeLogProbability(logits.Span, tokens[(row * window) + next]);
            executor.Submit(plan);
            executor.Wait();
        }
        executor.Runner.LogitsObserver = null;
        return Math.Exp(loss / (rows * (window - 1)));
    }

    private static KvBlockTable Blocks(int first, int count)
    {
        KvBlockTable table = new(count);
        for (int i = 0; i < count; i++)
        {
            table.Add(first + i);
        }
        return table;
    }

    private static double NegativeLogProbability(ReadOnlySpan<float> logits, int token)
    {
        float most = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            most = Math.Max(most, logit);
        }
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - most);
        }
        return Math.Log(sum) - (logits[token] - most);
    }
}
