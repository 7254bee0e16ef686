using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>
/// A prompt and its greedy answer in double precision, all of whose decisions, of routers and of tokens, are clear enough that rounding to
/// elements cannot turn them: a random model has nearly equal experts now and then, and either is right then.
/// </summary>
internal sealed record ClearCase(int[] Prompt, int[] Output, double[] Logprobs)
{
    private const int MostTries = 2000;

    /// <summary>The first such prompt of random ones.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="context">The longest context of the run.</param>
    /// <param name="length">Tokens of the prompt.</param>
    /// <param name="count">Tokens of the answer.</param>
    /// <param name="margin">By how much what is chosen has to lead, in logits.</param>
    /// <param name="seed">Others give other prompts.</param>
    public static ClearCase Find(ModelFolder folder, int context, int length, int count, double margin, int seed)
    {
        using TensorStore store = folder.OpenWeights();
        WeightMap map = WeightMap.Create(folder.Spec, store);
        for (int attempt = 0; attempt < MostTries; attempt++)
        {
            int[] prompt = TinyModel.RandomTokens(length, (seed * MostTries) + attempt);
            ReferenceDecoder reference = new(folder.Spec, map, context);
            (int[] tokens, List<double[]> logits) = reference.Greedy(prompt, count);
            if (reference.LeastRouterMargin >= margin && logits.All(row => row.Max() - row.OrderDescending().Skip(1).First() >= margin))
            {
                return new ClearCase(prompt, tokens, [.. logits.Select(row => -Math.Log(row.Sum(logit => Math.Exp(logit - row.Max()))))]);
            }
        }
        throw new InvalidOperationException($"none of {MostTries} prompts is decided by {margin} throughout");
    }
}
