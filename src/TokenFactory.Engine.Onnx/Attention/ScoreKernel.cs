using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>
/// Products of query rows with the keys of a tile. Each is summed over the dimensions in their order, whatever rows and tiles are
/// taken together, so that it does not depend on them.
/// </summary>
internal static unsafe class ScoreKernel<TElement, TAhead>
    where TElement : struct, IKvElement
    where TAhead : struct, IReadAhead
{
    private const int Lanes = KvPoolLayout.Lanes;

    /// <param name="rows">1, 2 or 4.</param>
    /// <param name="queries">[rows, padded head].</param>
    /// <param name="layout">The pool's.</param>
    /// <param name="tile">Keys; all runs can be read, also beyond the tile's count.</param>
    /// <param name="next">The tile that follows, asked for ahead; without meaning where nothing is.</param>
    /// <param name="scores">[rows, <see cref="AttentionScratch.Tile"/>].</param>
    public static void Run(int rows, float* queries, in KvPoolLayout layout, in KvTile tile, in KvTile next, float* scores)
    {
        if (rows == 1)
        {
            One(queries, tile, next, layout.HeadSize, scores);
        }
        else if (rows == 2)
        {
            Two(queries, layout.PaddedHead, tile, next, layout.HeadSize, scores);
        }
        else
        {
            Four(queries, layout.PaddedHead, tile, next, layout.HeadSize, scores);
        }
    }

    private static void One(float* q, in KvTile tile, in KvTile next, nint size, float* scores)
    {
        byte* k0 = (byte*)tile.Keys[0], k1 = (byte*)tile.Keys[1], k2 = (byte*)tile.Keys[2], k3 = (byte*)tile.Keys[3];
        Vector512<float> s00 = Vector512<float>.Zero, s01 = Vector512<float>.Zero, s02 = Vector512<float>.Zero, s03 = Vector512<float>.Zero;
        for (nint i = 0; i < size; i++)
        {
            if (TAhead.IsOn)
            {
                // The runs' lines one run after the other, so many each time that all are asked for in the end.
                IReadAhead.Ask((byte*)next.Keys[(int)i % AttentionScratch.Groups] + (i / AttentionScratch.Groups * TElement.Bytes * IReadAhead.Line), TElement.Bytes);
            }
            nint at = i * Lanes;
            Vector512<float> a = TElement.Load(k0, at), b = TElement.Load(k1, at), c = TElement.Load(k2, at), d = TElement.Load(k3, at);
            Vector512<float> f = Vector512.Create(q[i]);
            s00 = Vector512.FusedMultiplyAdd(f, a, s00);
            s01 = Vector512.FusedMultiplyAdd(f, b, s01);
            s02 = Vector512.FusedMultiplyAdd(f, c, s02);
            s03 = Vector512.FusedMultiplyAdd(f, d, s03);
        }
        Store(scores, s00, s01, s02, s03);
    }

    private static void Two(float* q, nint stride, in KvTile tile, in KvTile next, nint size, float* scores)
    {
        byte* k0 = (byte*)tile.Keys[0], k1 = (byte*)tile.Keys[1], k2 = (byte*)tile.Keys[2], k3 = (byte*)tile.Keys[3];
        Vector512<float> s00 = Vector512<float>.Zero, s01 = Vector512<float>.Zero, s02 = Vector512<float>.Zero, s03 = Vector512<float>.Zero;
        Vector512<float> s10 = Vector512<float>.Zero, s11 = Vector512<float>.Zero, s12 = Vector512<float>.Zero, s13 = Vector512<float>.Zero;
        for (nint i = 0; i < size; i++)
        {
            if (TAhead.IsOn)
            {
                // The runs' lines one run after the other, so many each time that all are asked for in the end.
                IReadAhead.Ask((byte*)next.Keys[(int)i % AttentionScratch.Groups] + (i / AttentionScratch.Groups * TElement.Bytes * IReadAhead.Line), TElement.Bytes);
            }
            nint at = i * Lanes;
            Vector512<float> a = TElement.Load(k0, at), b = TElement.Load(k1, at), c = TElement.Load(k2, at), d = TElement.Load(k3, at);
            Vector512<float> f = Vector512.Create(q[i]);
            s00 = Vector512.FusedMultiplyAdd(f, a, s00);
            s01 = Vector512.FusedMultiplyAdd(f, b, s01);
            s02 = Vector512.FusedMultiplyAdd(f, c, s02);
            s03 = Vector512.FusedMultiplyAdd(f, d, s03);
            f = Vector512.Create(q[stride + i]);
            s10 = Vector512.FusedMultiplyAdd(f, a, s10);
            s11 = Vector512.FusedMultiplyAdd(f, b, s11);
            s12 = Vector512.FusedMultiplyAdd(f, c, s12);
            s13 = Vector512.FusedMultiplyAdd(f, d, s13);
        }
        Store(scores, s00, s01, s02, s03);
        Store(scores + AttentionScratch.Tile, s10, s11, s12, s13);
    }

    private static void Four(float* q, nint stride, in KvTile tile, in KvTile next, nint size, float* scores)
    {
        byte* k0 = (byte*)tile.Keys[0], k1 = (byte*)tile.Keys[1], k2 = (byte*)tile.Keys[2], k3 = (byte*)tile.Keys[3];
        Vector512<float> s00 = Vector512<float>.Zero, s01 = Vector512<float>.Zero, s02 = Vector512<float>.Zero, s03 = Vector512<float>.Zero;
        Vector512<float> s10 = Vector512<float>.Zero, s11 = Vector512<float>.Zero, s12 = Vector512<float>.Zero, s13 = Vector512<float>.Zero;
        Vector512<float> s20 = Vector512<float>.Zero, s21 = Vector512<float>.Zero, s22 = Vector512<float>.Zero, s23 = Vector512<float>.Zero;
        Vector512<float> s30 = Vector512<float>.Zero, s31 = Vector512<float>.Zero, s32 = Vector512<float>.Zero, s33 = Vector512<float>.Zero;
        for (nint i = 0; i < size; i++)
        {
            if (TAhead.IsOn)
            {
                // The runs' lines one run after the other, so many each time that all are asked for in the end.
                IReadAhead.Ask((byte*)next.Keys[(int)i % AttentionScratch.Groups] + (i / AttentionScratch.Groups * TElement.Bytes * IReadAhead.Line), TElement.Bytes);
            }
            nint at = i * Lanes;
            Vector512<float> a = TElement.Load(k0, at), b = TElement.Load(k1, at), c = TElement.Load(k2, at), d = TElement.Load(k3, at);
            Vector512<float> f = Vector512.Create(q[i]);
            s00 = Vector512.FusedMultiplyAdd(f, a, s00);
            s01 = Vector512.FusedMultiplyAdd(f, b, s01);
            s02 = Vector512.FusedMultiplyAdd(f, c, s02);
            s03 = Vector512.FusedMultiplyAdd(f, d, s03);
            f = Vector512.Create(q[stride + i]);
            s10 = Vector512.FusedMultiplyAdd(f, a, s10);
            s11 = Vector512.FusedMultiplyAdd(f, b, s11);
            s12 = Vector512.FusedMultiplyAdd(f, c, s12);
            s13 = Vector512.FusedMultiplyAdd(f, d, s13);
            f = Vector512.Create(q[(2 * stride) + i]);
            s20 = Vector512.FusedMultiplyAdd(f, a, s20);
            s21 = Vector512.FusedMultiplyAdd(f, b, s21);
            s22 = Vector512.FusedMultiplyAdd(f, c, s22);
            s23 = Vector512.FusedMultiplyAdd(f, d, s23);
            f = Vector512.Create(q[(3 * stride) + i]);
            s30 = Vector512.FusedMultiplyAdd(f, a, s30);
            s31 = Vector512.FusedMultiplyAdd(f, b, s31);
            s32 = Vector512.FusedMultiplyAdd(f, c, s32);
            s33 = Vector512.FusedMultiplyAdd(f, d, s33);
        }
        Store(scores, s00, s01, s02, s03);
        Store(scores + AttentionScratch.Tile, s10, s11, s12, s13);
        Store(scores + (2 * AttentionScratch.Tile), s20, s21, s22, s23);
        Store(scores + (3 * AttentionScratch.Tile), s30, s31, s32, s33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        a.Store(to);
        b.Store(to + Lanes);
        c.Store(to + (2 * Lanes));
        d.Store(to + (3 * Lanes));
    }
}
