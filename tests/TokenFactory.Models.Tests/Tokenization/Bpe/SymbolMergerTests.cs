using CsCheck;
using TokenFactory.Models.Tokenization.Bpe;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization.Bpe;

public sealed class SymbolMergerTests
{
    [Fact]
    public void Merge_RandomMergesAndSymbols_AgreesWithScanningForTheBestPair()
    {
        Gen<(int Left, int Right)[]> pairs = Gen.Select(Gen.Int[0, 12], Gen.Int[0, 12]).Array[1, 20];

        Gen.Select(pairs, Gen.Int[0, 3].Array[0, 300]).Sample(
            (merges, symbols) =>
            {
                (MergeTable table, Dictionary<(int, int), (int Rank, int Id)> plain) = Build(merges);
                int[] merged = [.. symbols];
                int left = SymbolMerger.Merge(merged, table);
                return merged.AsSpan(0, left).SequenceEqual(Scan(symbols, plain));
            },
            iter: 3000);
    }

    /// <summary>The n-th new pair gets rank n and the id 4 + n, so that ids stand for texts as they do in a real vocabulary.</summary>
    private static (MergeTable Table, Dictionary<(int, int), (int Rank, int Id)> Plain) Build((int Left, int Right)[] merges)
    {
        MergeTable table = new(1);
        Dictionary<(int, int), (int Rank, int Id)> plain = [];
        foreach ((int left, int right) in merges)
        {
            if (plain.TryAdd((left, right), (plain.Count, 4 + plain.Count)))
                table.Set(left, right, plain.Count - 1, 3 + plain.Count);
        }
        return (table, plain);
    }

    private static int[] Scan(int[] symbols, Dictionary<(int, int), (int Rank, int Id)> merges)
    {
        List<int> list = [.. symbols];
        while (true)
        {
            int best = -1, bestRank = int.MaxValue;
            for (int i = 0; i + 1 < list.Count; i++)
            {
                if (merges.TryGetValue((list[i], list[i + 1]), out (int Rank, int Id) merge) && merge.Rank < bestRank)
                    (best, bestRank) = (i, merge.Rank);
            }
            if (best < 0)
                return [.. list];
            list[best] = merges[(list[best], list[best + 1])].Id;
            list.RemoveAt(best + 1);
        }
    }
}
