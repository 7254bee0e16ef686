using System.Text;

namespace TokenFactory.Web.Bench.Workloads;

/// <summary>
/// Prompts of random tokens. The same seed gives the same prompts, and no two share a beginning but for what is asked: with few thousand
/// ids two random beginnings of a KV block are never equal.
/// </summary>
/// <param name="seed">Which prompts.</param>
/// <param name="vocabulary">Ids lie from 0 to below this.</param>
/// <param name="sharedTokens">So many first tokens are the same in all prompts.</param>
internal sealed class PromptMaker(int seed, int vocabulary, int sharedTokens)
{
    /// <summary>Tokens of a named block (<see cref="WorkloadRequest.Blocks"/>), as traces have them.</summary>
    public const int BlockTokens = 512;

    // Each is one token of the usual vocabularies when a blank stands before it.
    private static readonly string[] Words =
        [.. "the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if".Split(' ')];

    private readonly int[] _shared = Draw(new Random(seed), sharedTokens, vocabulary);

    /// <summary>A prompt in token ids.</summary>
    /// <param name="request">How long it is, and what it shares.</param>
    /// <param name="index">Which prompt.</param>
    public int[] Ids(in WorkloadRequest request, int index)
    {
        int[] ids = Draw(RandomOf(index), request.PromptTokens, vocabulary);
        for (int block = 0; block < (request.Blocks?.Count ?? 0) && block * BlockTokens < ids.Length; block++)
        {
            Span<int> part = ids.AsSpan(block * BlockTokens);
            Draw(RandomOf(-2 - request.Blocks![block]), part[..Math.Min(BlockTokens, part.Length)], vocabulary);
        }
        _shared.AsSpan(0, Math.Min(_shared.Length, ids.Length)).CopyTo(ids);
        return ids;
    }

    /// <summary>A prompt in words, one for each token that is wanted; how many tokens they are is for the server to say.</summary>
    public string Text(in WorkloadRequest request, int index)
    {
        StringBuilder text = new(request.PromptTokens * 5);
        foreach (int id in Ids(request, index))
        {
            text.Append(' ').Append(Words[id % Words.Length]);
        }
        return text.ToString();
    }

    /// <summary>Prompts have numbers from 0 on, named blocks those below -1.</summary>
    private Random RandomOf(int index) => new(unchecked((seed * 1_000_003) + index + 1));

    private static int[] Draw(Random random, int count, int vocabulary)
    {
        int[] ids = new int[count];
        Draw(random, ids, vocabulary);
        return ids;
    }

    private static void Draw(Random random, Span<int> ids, int vocabulary)
    {
        foreach (ref int id in ids)
        {
            id = random.Next(vocabulary);
        }
    }
}
