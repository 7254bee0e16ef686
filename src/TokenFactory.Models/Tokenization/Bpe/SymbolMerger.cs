using System.Buffers;

namespace TokenFactory.Models.Tokenization.Bpe;

/// <summary>
/// Byte-pair merging: the pair of lowest rank first and of equal ranks the leftmost (Sennrich et al. 2016). The symbols form a linked
/// list and the candidate pairs a heap, so that n symbols cost O(n log n) however they are joined.
/// </summary>
internal static class SymbolMerger
{
    private const int OnStack = 128;
    private const int Removed = -1;

    /// <summary>Merges <paramref name="symbols"/> in place and returns how many are left at its start.</summary>
    public static int Merge(Span<int> symbols, MergeTable merges)
    {
        int count = symbols.Length;
        if (count < 2)
            return count;
        if (count <= OnStack)
            return Merge(symbols, merges, stackalloc int[2 * OnStack], stackalloc ulong[2 * OnStack]);
        int[] links = ArrayPool<int>.Shared.Rent(2 * count);
        ulong[] heap = ArrayPool<ulong>.Shared.Rent(2 * count);
        int left = Merge(symbols, merges, links, heap);
        ArrayPool<int>.Shared.Return(links);
        ArrayPool<ulong>.Shared.Return(heap);
        return left;
    }

    private static int Merge(Span<int> symbols, MergeTable merges, Span<int> links, Span<ulong> heapStorage)
    {
        int count = symbols.Length;
        Span<int> previous = links[..count];
        Span<int> next = links.Slice(count, count);
        PairHeap heap = new(heapStorage);
        for (int i = 0; i < count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            if (i + 1 < count && merges.TryGet(symbols[i], symbols[i + 1], out int rank, out _))
                heap.Append(rank, i);
        }
        heap.Order();
        while (heap.TryPop(out int rank, out int at))
        {
            // A pair that has changed since it was put into the heap has another rank by now, or none.
            if (symbols[at] == Removed || next[at] == count
                || !merges.TryGet(symbols[at], symbols[next[at]], out int rankNow, out int merged) || rankNow != rank)
            {
                continue;
            }
            int gone = next[at];
            symbols[at] = merged;
            symbols[gone] = Removed;
            next[at] = next[gone];
            if (next[at] < count)
            {
                previous[next[at]] = at;
                if (merges.TryGet(merged, symbols[next[at]], out int rankAfter, out _))
                    heap.Push(rankAfter, at);
            }
            if (previous[at] >= 0 && merges.TryGet(symbols[previous[at]], merged, out int rankBefore, out _))
                heap.Push(rankBefore, previous[at]);
        }
        return Compact(symbols);
    }

    private static int Compact(Span<int> symbols)
    {
        int kept = 0;
        foreach (int symbol in symbols)
        {
            if (symbol != Removed)
                symbols[kept++] = symbol;
        }
        return kept;
    }
}
