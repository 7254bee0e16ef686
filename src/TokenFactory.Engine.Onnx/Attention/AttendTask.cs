using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>Attention of some of a sequence's queries, all query heads of one KV head, over its keys and values a tile after the other.</summary>
internal static unsafe class AttendTask<TElement>
    where TElement : struct, IKvElement
{
    private const int Lanes = KvPoolLayout.Lanes;

    // Above this many rows, a tile is widened once instead of with every few rows.
    private const int RowsInPlace = 4;

    /// <param name="args">The step's.</param>
    /// <param name="slice">The sequence's.</param>
    /// <param name="head">The KV head.</param>
    /// <param name="first">First token of the slice.</param>
    /// <param name="count">Tokens.</param>
    /// <param name="scratch">For at least <paramref name="count"/> · group rows.</param>
    public static void Run(in AttentionArguments args, in AttentionSlice slice, int head, int first, int count, in AttentionScratch scratch)
    {
        int rows = AttentionScratch.Round(count * args.Group);
        LoadQueries(args, slice, head, first, count, scratch);
        Clear(args, rows, scratch);
        int start = slice.Start + first, end = start + count;
        int from = args.Window > 0 ? Math.Max(0, start - args.Window + 1) : 0;
        OnlineSoftmax softmax = new(args, scratch, TElement.QueryUnit, TElement.ResultUnit, TElement.HasScales);
        KvTile tile = TileAt(args, slice, head, from / AttentionScratch.Tile * AttentionScratch.Tile, end);
        while (true)
        {
            bool isLast = tile.First + tile.Count >= end;
            KvTile next = isLast ? tile : TileAt(args, slice, head, tile.First + AttentionScratch.Tile, end);
            if (!args.Layout.IsAligned)
            {
                TileReader<TElement>.Gather(args, slice.Blocks, head, scratch, ref tile);
                Rows<Fp32Element, NoReadAhead>(args, start, count, rows, tile, next, scratch, softmax);
            }
            else if (rows <= RowsInPlace)
            {
                TileReader<TElement>.LoadScales(args.Layout, scratch, tile);
                Located(args, start, count, rows, tile, next, scratch, softmax);
            }
            else
            {
                TileReader<TElement>.LoadScales(args.Layout, scratch, tile);
                Widened(args, start, count, rows, tile, scratch, softmax);
            }
            if (isLast)
            {
                break;
            }
            tile = next;
        }
        Store(args, slice, head, first, count, scratch);
    }

    private static KvTile TileAt(in AttentionArguments args, in AttentionSlice slice, int head, int position, int end)
    {
        KvTile tile = new() { First = position, Count = Math.Min(AttentionScratch.Tile, end - position) };
        if (args.Layout.IsAligned)
        {
            TileReader<TElement>.Locate(args, slice.Blocks, head, ref tile);
        }
        return tile;
    }

    // A run of floats is long enough for the processor to read ahead by itself: asking only takes time.
    private static void Located(
        in AttentionArguments args, int start, int count, int rows, in KvTile tile, in KvTile next, in AttentionScratch scratch, in OnlineSoftmax softmax)
    {
        if (TElement.Format == KvFormat.Fp32)
        {
            Rows<TElement, NoReadAhead>(args, start, count, rows, tile, next, scratch, softmax);
            return;
        }
        Rows<TElement, ReadAhead>(args, start, count, rows, tile, next, scratch, softmax);
    }

    // Floats need no widening: they are read where they lie, once with every few rows.
    private static void Widened(
        in AttentionArguments args, int start, int count, int rows, KvTile tile, in AttentionScratch scratch, in OnlineSoftmax softmax)
    {
        if (TElement.Format != KvFormat.Fp32)
        {
            TileReader<TElement>.Widen(args.Layout, scratch, ref tile);
        }
        Rows<Fp32Element, NoReadAhead>(args, start, count, rows, tile, tile, scratch, softmax);
    }

    /// <summary>All rows with one tile; its numbers are as <typeparamref name="TRead"/> loads them.</summary>
    private static void Rows<TRead, TAhead>(
        in AttentionArguments args, int start, int count, int rows, in KvTile tile, in KvTile next, in AttentionScratch scratch, in OnlineSoftmax softmax)
        where TRead : struct, IKvElement
        where TAhead : struct, IReadAhead
    {
        int padded = args.Layout.PaddedHead, step = Math.Min(rows, RowsInPlace);
        for (int row = 0; row < rows; row += step)
        {
            ScoreKernel<TRead, TAhead>.Run(step, scratch.Queries + ((long)row * padded), args.Layout, tile, next, scratch.Scores + ((long)row * AttentionScratch.Tile));
        }
        for (int row = 0; row < rows; row++)
        {
            // Rows that only fill up the last ones see what the last token sees.
            int position = start + Math.Min(row / args.Group, count - 1);
            int to = Math.Clamp(position + 1 - tile.First, 0, AttentionScratch.Tile);
            int from = args.Window > 0 ? Math.Clamp(position - args.Window + 1 - tile.First, 0, AttentionScratch.Tile) : 0;
            softmax.Run(row, from, to);
        }
        for (int row = 0; row < rows; row += step)
        {
            ValueKernel<TRead, TAhead>.Run(step, scratch.Scores + ((long)row * AttentionScratch.Tile), tile, next, padded, scratch.Sums + ((long)row * padded));
        }
    }

    private static void LoadQueries(in AttentionArguments args, in AttentionSlice slice, int head, int first, int count, in AttentionScratch scratch)
    {
        float* to = scratch.Queries;
        float factor = args.Scale * TElement.QueryUnit;
        for (int token = first; token < first + count; token++)
        {
            float* from = args.Packed + ((slice.FirstToken + token) * args.PackedStride) + ((long)head * args.Group * args.Layout.HeadSize);
            for (int query = 0; query < args.Group; query++)
            {
                HeadRow.Prepare(args, from, args.QueryNorm, slice.Start + token, factor, to);
                from += args.Layout.HeadSize;
                to += args.Layout.PaddedHead;
            }
        }
    }

    private static void Clear(in AttentionArguments args, int rows, in AttentionScratch scratch)
    {
        new Span<float>(scratch.Sums, rows * args.Layout.PaddedHead).Clear();
        new Span<float>(scratch.Totals, rows * Lanes).Clear();
        new Span<float>(scratch.Largest, rows).Fill(OnlineSoftmax.None);
    }

    private static void Store(in AttentionArguments args, in AttentionSlice slice, int head, int first, int count, in AttentionScratch scratch)
    {
        int size = args.Layout.HeadSize;
        for (int row = 0; row < count * args.Group; row++)
        {
            float* sums = scratch.Sums + ((long)row * args.Layout.PaddedHead);
            float* to = args.Output + ((slice.FirstToken + first + (row / args.Group)) * args.OutputStride) + ((((long)head * args.Group) + (row % args.Group)) * size);
            float total = Vector512.Sum(Vector512.Load(scratch.Totals + ((long)row * Lanes)));
            Vector256<float> factor = Vector256.Create(TElement.ResultUnit / total);
            for (int i = 0; i < size; i += Vector256<float>.Count)
            {
                (Vector256.Load(sums + i) * factor).Store(to + i);
            }
        }
    }
}
