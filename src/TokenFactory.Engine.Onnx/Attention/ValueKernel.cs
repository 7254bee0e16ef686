using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>
/// Adds a tile's values, weighted, to the sums of rows. Each sum takes them in the order of their positions, whatever rows and
/// dimensions are taken together, so that it does not depend on them.
/// </summary>
internal static unsafe class ValueKernel<TElement, TAhead>
    where TElement : struct, IKvElement
    where TAhead : struct, IReadAhead
{
    private const int Lanes = KvPoolLayout.Lanes;

    /// <param name="rows">1, 2 or 4.</param>
    /// <param name="weights">[rows, <see cref="AttentionScratch.Tile"/>].</param>
    /// <param name="tile">Values.</param>
    /// <param name="next">The tile that follows, asked for ahead; without meaning where nothing is.</param>
    /// <param name="padded">Numbers of a row, a multiple of 16.</param>
    /// <param name="sums">[rows, padded].</param>
    public static void Run(int rows, float* weights, in KvTile tile, in KvTile next, int padded, float* sums)
    {
        int at = 0;
        for (; rows <= 2 && at <= padded - (8 * Lanes); at += 8 * Lanes)
        {
            if (rows == 1)
            {
                OneByEight(weights, tile, next, padded, at, sums + at);
            }
            else
            {
                TwoByEight(weights, tile, next, padded, at, sums + at);
            }
        }
        for (; at <= padded - (4 * Lanes); at += 4 * Lanes)
        {
            ByFour(rows, weights, tile, next, padded, at, sums + at);
        }
        for (; at < padded; at += Lanes)
        {
            ByOne(rows, weights, tile, next, padded, at, sums + at);
        }
    }

    private static void ByFour(int rows, float* weights, in KvTile tile, in KvTile next, nint stride, nint offset, float* sums)
    {
        if (rows == 4)
        {
            FourByFour(weights, tile, next, stride, offset, sums);
            return;
        }
        for (int row = 0; row < rows; row++)
        {
            OneByFour(weights + (row * AttentionScratch.Tile), tile, next, stride, offset, sums + (row * stride));
        }
    }

    private static void ByOne(int rows, float* weights, in KvTile tile, in KvTile next, nint stride, nint offset, float* sums)
    {
        if (rows == 4)
        {
            FourByOne(weights, tile, next, stride, offset, sums);
            return;
        }
        for (int row = 0; row < rows; row++)
        {
            OneByOne(weights + (row * AttentionScratch.Tile), tile, next, stride, offset, sums + (row * stride));
        }
    }

    private static void FourByFour(float* weights, in KvTile tile, in KvTile next, nint stride, nint offset, float* sums)
    {
        Vector512<float> o00 = Vector512.Load(sums), o01 = Vector512.Load(sums + Lanes), o02 = Vector512.Load(sums + (2 * Lanes)), o03 = Vector512.Load(sums + (3 * Lanes));
        Vector512<float> o10 = Vector512.Load(sums + stride), o11 = Vector512.Load(sums + stride + Lanes), o12 = Vector512.Load(sums + stride + (2 * Lanes)), o13 = Vector512.Load(sums + stride + (3 * Lanes));
        Vector512<float> o20 = Vector512.Load(sums + (2 * stride)), o21 = Vector512.Load(sums + (2 * stride) + Lanes), o22 = Vector512.Load(sums + (2 * stride) + (2 * Lanes)), o23 = Vector512.Load(sums + (2 * stride) + (3 * Lanes));
        Vector512<float> o30 = Vector512.Load(sums + (3 * stride)), o31 = Vector512.Load(sums + (3 * stride) + Lanes), o32 = Vector512.Load(sums + (3 * stride) + (2 * Lanes)), o33 = Vector512.Load(sums + (3 * stride) + (3 * Lanes));
        for (int first = 0; first < tile.Count; first += Lanes)
        {
            byte* values = (byte*)tile.Values[first / Lanes] + (offset * TElement.Bytes);
            byte* ahead = (byte*)next.Values[first / Lanes] + (offset * TElement.Bytes);
            int count = Math.Min(tile.Count - first, Lanes);
            for (nint i = 0; i < count; i++)
            {
                nint at = i * stride;
                if (TAhead.IsOn)
                {
                    IReadAhead.Ask(ahead + (at * TElement.Bytes), 4 * Lanes * TElement.Bytes / IReadAhead.Line);
                }
                Vector512<float> a = TElement.Load(values, at), b = TElement.Load(values, at + Lanes), c = TElement.Load(values, at + (2 * Lanes)), d = TElement.Load(values, at + (3 * Lanes));
                Vector512<float> w = Vector512.Create(weights[first + i]);
                o00 = Vector512.FusedMultiplyAdd(w, a, o00);
                o01 = Vector512.FusedMultiplyAdd(w, b, o01);
                o02 = Vector512.FusedMultiplyAdd(w, c, o02);
                o03 = Vector512.FusedMultiplyAdd(w, d, o03);
                w = Vector512.Create(weights[AttentionScratch.Tile + first + i]);
                o10 = Vector512.FusedMultiplyAdd(w, a, o10);
                o11 = Vector512.FusedMultiplyAdd(w, b, o11);
                o12 = Vector512.FusedMultiplyAdd(w, c, o12);
                o13 = Vector512.FusedMultiplyAdd(w, d, o13);
                w = Vector512.Create(weights[(2 * AttentionScratch.Tile) + first + i]);
                o20 = Vector512.FusedMultiplyAdd(w, a, o20);
                o21 = Vector512.FusedMultiplyAdd(w, b, o21);
                o22 = Vector512.FusedMultiplyAdd(w, c, o22);
                o23 = Vector512.FusedMultiplyAdd(w, d, o23);
                w = Vector512.Create(weights[(3 * AttentionScratch.Tile) + first + i]);
                o30 = Vector512.FusedMultiplyAdd(w, a, o30);
                o31 = Vector512.FusedMultiplyAdd(w, b, o31);
                o32 = Vector512.FusedMultiplyAdd(w, c, o32);
                o33 = Vector512.FusedMultiplyAdd(w, d, o33);
            }
        }
        o00.Store(sums);
        o01.Store(sums + Lanes);
        o02.Store(sums + (2 * Lanes));
        o03.Store(sums + (3 * Lanes));
        o10.Store(sums + stride);
        o11.Store(sums + stride + Lanes);
        o12.Store(sums + stride + (2 * Lanes));
        o13.Store(sums + stride + (3 * Lanes));
        o20.Store(sums + (2 * stride));
        o21.Store(sums + (2 * stride) + Lanes);
        o22.Store(sums + (2 * stride) + (2 * Lanes));
        o23.Store(sums + (2 * stride) + (3 * Lanes));
        o30.Store(sums + (3 * stride));
        o31.Store(sums + (3 * stride) + Lanes);
        o32.Store(sums + (3 * stride) + (2 * Lanes));
        o33.Store(sums + (3 * stride) + (3 * Lanes));
    }

    private static void TwoByEight(float* weights, in KvTile tile, in KvTile next, nint stride, nint offset, float* sums)
    {
        Vector512<float> o00 = Vector512.Load(sums), o01 = Vector512.Load(sums + Lanes), o02 = Vector512.Load(sums + (2 * Lanes)), o03 = Vector512.Load(sums + (3 * Lanes)), o04 = Vector512.Load(sums + (4 * Lanes)), o05 = Vector512.Load(sums + (5 * Lanes)), o06 = Vector512.Load(sums + (6 * Lanes)), o07 = Vector512.Load(sums + (7 * Lanes));
        Vector512<float> o10 = Vector512.Load(sums + stride), o11 = Vector512.Load(sums + stride + Lanes), o12 = Vector512.Load(sums + stride + (2 * Lanes)), o13 = Vector512.Load(sums + stride + (3 * Lanes)), o14 = Vector512.Load(sums + stride + (4 * Lanes)), o15 = Vector512.Load(sums + stride + (5 * Lanes)), o16 = Vector512.Load(sums + stride + (6 * Lanes)), o17 = Vector512.Load(sums + stride + (7 * Lanes));
        for (int first = 0; first < tile.Count; first += Lanes)
        {
            byte* values = (byte*)tile.Values[first / Lanes] + (offset * TElement.Bytes);
            byte* ahead = (byte*)next.Values[first / Lanes] + (offset * TElement.Bytes);
            int count = Math.Min(tile.Count - first, Lanes);
            for (nint i = 0; i < count; i++)
            {
                nint at = i * stride;
                if (TAhead.IsOn)
                {
                    IReadAhead.Ask(ahead + (at * TElement.Bytes), 8 * Lanes * TElement.Bytes / IReadAhead.Line);
                }
                Vector512<float> a = TElement.Load(values, at), b = TElement.Load(values, at + Lanes), c = TElement.Load(values, at + (2 * Lanes)), d = TElement.Load(values, at + (3 * Lanes)), e = TElement.Load(values, at + (4 * Lanes)), f = TElement.Load(values, at + (5 * Lanes)), g = TElement.Load(values, at + (6 * Lanes)), h = TElement.Load(values, at + (7 * Lanes));
                Vector512<float> w = Vector512.Create(weights[first + i]);
                o00 = Vector512.FusedMultiplyAdd(w, a, o00);
                o01 = Vector512.FusedMultiplyAdd(w, b, o01);
                o02 = Vector512.FusedMultiplyAdd(w, c, o02);
                o03 = Vector512.FusedMultiplyAdd(w, d, o03);
                o04 = Vector512.FusedMultiplyAdd(w, e, o04);
                o05 = Vector512.FusedMultiplyAdd(w, f, o05);
                o06 = Vector512.FusedMultiplyAdd(w, g, o06);
                o07 = Vector512.FusedMultiplyAdd(w, h, o07);
                w = Vector512.Create(weights[AttentionScratch.Tile + first + i]);
                o10 = Vector512.FusedMultiplyAdd(w, a, o10);
                o11 = Vector512.FusedMultiplyAdd(w, b, o11);
                o12 = Vector512.FusedMultiplyAdd(w, c, o12);
                o13 = Vector512.FusedMultiplyAdd(w, d, o13);
                o14 = Vector512.FusedMultiplyAdd(w, e, o14);
                o15 = Vector512.FusedMultiplyAdd(w, f, o15);
                o16 = Vector512.FusedMultiplyAdd(w, g, o16);
                o17 = Vector512.FusedMultiplyAdd(w, h, o17);
            }
        }
        o00.Store(sums);
        o01.Store(sums + Lanes);
        o02.Store(sums + (2 * Lanes));
        o03.Store(sums + (3 * Lanes));
        o04.Store(sums + (4 * Lanes));
        o05.Store(sums + (5 * Lanes));
        o06.Store(sums + (6 * Lanes));
        o07.Store(sums + (7 * Lanes));
        o10.Store(sums + stride);
        o11.Store(sums + stride + Lanes);
        o12.Store(sums + stride + (2 * Lanes));
        o13.Store(sums + stride + (3 * Lanes));
        o14.Store(sums + stride + (4 * Lanes));
        o15.Store(sums + stride + (5 * Lanes));
        o16.Store(sums + stride + (6 * Lanes));
        o17.Store(sums + stride + (7 * Lanes));
    }

    private static void OneByEight(float* weights, in KvTile tile, in KvTile next, nint stride, nint offset, float* sums)
    {
        Vector512<float> o00 = Vector512.Load(sums), o01 = Vector512.Load(sums + Lanes), o02 = Vector512.Load(sums + (2 * Lanes)), o03 = Vector512.Load(sums + (3 * Lanes)), o04 = Vector512.Load(sums + (4 * Lanes)), o05 = Vector512.Load(sums + (5 * Lanes)), o06 = Vector512.Load(sums + (6 * Lanes)), o07 = Vector512.Load(sums + (7 * Lanes));
        for (int first = 0; first < tile.Count; first += Lanes)
        {
            byte* values = (byte*)tile.Values[first / Lanes] + (offset * TElement.Bytes);
            byte* ahead = (byte*)next.Values[first / Lanes] + (offset * TElement.Bytes);
            int count = Math.Min(tile.Count - first, Lanes);
            for (nint i = 0; i < count; i++)
            {
                nint at = i * stride;
                if (TAhead.IsOn)
                {
                    IReadAhead.Ask(ahead + (at * TElement.Bytes), 8 * Lanes * TElement.Bytes / IReadAhead.Line);
                }
                Vector512<float> a = TElement.Load(values, at), b = TElement.Load(values, at + Lanes), c = TElement.Load(values, at + (2 * Lanes)), d = TElement.Load(values, at + (3 * Lanes)), e = TElement.Load(values, at + (4 * Lanes)), f = TElement.Load(values, at + (5 * Lanes)), g = TElement.Load(values, at + (6 * Lanes)), h = TElement.Load(values, at + (7 * Lanes));
                Vector512<float> w = Vector512.Create(weights[first + i]);
                o00 = Vector512.FusedMultiplyAdd(w, a, o00);
                o01 = Vector512.FusedMultiplyAdd(w, b, o01);
                o02 = Vector512.FusedMultiplyAdd(w, c, o02);
                o03 = Vector512.FusedMultiplyAdd(w, d, o03);
                o04 = Vector512.FusedMultiplyAdd(w, e, o04);
                o05 = Vector512.FusedMultiplyAdd(w, f, o05);
                o06 = Vector512.FusedMultiplyAdd(w, g, o06);
                o07 = Vector512.FusedMultiplyAdd(w, h, o07);
            }
        }
        o00.Store(sums);
        o01.Store(sums + Lanes);
        o02.Store(sums + (2 * Lanes));
        o03.Store(sums + (3 * Lanes));
        o04.Store(sums + (4 * Lanes));
        o05.Store(sums + (5 * Lanes));
        o06.Store(sums + (6 * Lanes));
        o07.Store(sums + (7 * Lanes));
    }

    private static void OneByFour(float* weights, in KvTile tile, in KvTile next, nint stride, nint offset, float* sums)
    {
        Vector512<float> o00 = Vector512.Load(sums), o01 = Vector512.Load(sums + Lanes), o02 = Vector512.Load(sums + (2 * Lanes)), o03 = Vector512.Load(sums + (3 * Lanes));
        for (int first = 0; first < tile.Count; first += Lanes)
        {
            byte* values = (byte*)tile.Values[first / Lanes] + (offset * TElement.Bytes);
            byte* ahead = (byte*)next.Values[first / Lanes] + (offset * TElement.Bytes);
            int count = Math.Min(tile.Count - first, Lanes);
            for (nint i = 0; i < count; i++)
            {
                nint at = i * stride;
                if (TAhead.IsOn)
                {
                    IReadAhead.Ask(ahead + (at * TElement.Bytes), 4 * Lanes * TElement.Bytes / IReadAhead.Line);
                }
                Vector512<float> a = TElement.Load(values, at), b = TElement.Load(values, at + Lanes), c = TElement.Load(values, at + (2 * Lanes)), d = TElement.Load(values, at + (3 * Lanes));
                Vector512<float> w = Vector512.Create(weights[first + i]);
                o00 = Vector512.FusedMultiplyAdd(w, a, o00);
                o01 = Vector512.FusedMultiplyAdd(w, b, o01);
                o02 = Vector512.FusedMultiplyAdd(w, c, o02);
                o03 = Vector512.FusedMultiplyAdd(w, d, o03);
            }
        }
        o00.Store(sums);
        o01.Store(sums + Lanes);
        o02.Store(sums + (2 * Lanes));
        o03.Store(sums + (3 * Lanes));
    }

    private static void FourByOne(float* weights, in KvTile tile, in KvTile next, nint stride, nint offset, float* sums)
    {
        Vector512<float> o00 = Vector512.Load(sums);
        Vector512<float> o10 = Vector512.Load(sums + stride);
        Vector512<float> o20 = Vector512.Load(sums + (2 * stride));
        Vector512<float> o30 = Vector512.Load(sums + (3 * stride));
        for (int first = 0; first < tile.Count; first += Lanes)
        {
            byte* values = (byte*)tile.Values[first / Lanes] + (offset * TElement.Bytes);
            int count = Math.Min(tile.Count - first, Lanes);
            for (nint i = 0; i < count; i++)
            {
                nint at = i * stride;
                Vector512<float> a = TElement.Load(values, at);
                Vector512<float> w = Vector512.Create(weights[first + i]);
                o00 = Vector512.FusedMultiplyAdd(w, a, o00);
                w = Vector512.Create(weights[AttentionScratch.Tile + first + i]);
                o10 = Vector512.FusedMultiplyAdd(w, a, o10);
                w = Vector512.Create(weights[(2 * AttentionScratch.Tile) + first + i]);
                o20 = Vector512.FusedMultiplyAdd(w, a, o20);
                w = Vector512.Create(weights[(3 * AttentionScratch.Tile) + first + i]);
                o30 = Vector512.FusedMultiplyAdd(w, a, o30);
            }
        }
        o00.Store(sums);
        o10.Store(sums + stride);
        o20.Store(sums + (2 * stride));
        o30.Store(sums + (3 * stride));
    }

    private static void OneByOne(float* weights, in KvTile tile, in KvTile next, nint stride, nint offset, float* sums)
    {
        Vector512<float> o00 = Vector512.Load(sums);
        for (int first = 0; first < tile.Count; first += Lanes)
        {
            byte* values = (byte*)tile.Values[first / Lanes] + (offset * TElement.Bytes);
            int count = Math.Min(tile.Count - first, Lanes);
            for (nint i = 0; i < count; i++)
            {
                nint at = i * stride;
                Vector512<float> a = TElement.Load(values, at);
                Vector512<float> w = Vector512.Create(weights[first + i]);
                o00 = Vector512.FusedMultiplyAdd(w, a, o00);
            }
        }
        o00.Store(sums);
    }
}
