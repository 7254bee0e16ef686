using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>Finds the keys and values of a tile through the block table.</summary>
internal static unsafe class TileReader<TElement>
    where TElement : struct, IKvElement
{
    private const int Lanes = KvPoolLayout.Lanes;

    /// <summary>Points a tile at the pool; blocks are a multiple of 16 tokens.</summary>
    public static void Locate(in AttentionArguments args, int* blocks, int head, ref KvTile tile)
    {
        KvPoolLayout layout = args.Layout;
        int groups = (tile.Count + Lanes - 1) / Lanes;
        for (int group = 0; group < AttentionScratch.Groups; group++)
        {
            // Runs beyond the last are the last once more: what is read there is not used.
            int position = tile.First + (Math.Min(group, groups - 1) * Lanes);
            int place = position % layout.BlockSize;
            byte* run = args.Pool + layout.Run(blocks[position / layout.BlockSize], args.Layer, head);
            tile.Keys[group] = (nint)(run + ((long)place * layout.HeadSize * TElement.Bytes));
            tile.Values[group] = (nint)(run + layout.ValueOffset + ((long)place * layout.PaddedHead * TElement.Bytes));
            tile.Scales[group] = (nint)(run + layout.KeyScaleOffset + ((long)place * sizeof(float)));
        }
    }

    /// <summary>Copies the scales of a located tile.</summary>
    public static void LoadScales(in KvPoolLayout layout, in AttentionScratch scratch, in KvTile tile)
    {
        for (int group = 0; TElement.HasScales && group < AttentionScratch.Groups; group++)
        {
            byte* scales = (byte*)tile.Scales[group];
            Vector512.Load((float*)scales).Store(scratch.KeyScales + (group * Lanes));
            Vector512.Load((float*)(scales + (layout.ValueScaleOffset - layout.KeyScaleOffset))).Store(scratch.ValueScales + (group * Lanes));
        }
    }

    /// <summary>Loads what <see cref="Locate"/> found into the scratch, for tiles that are read more than once.</summary>
    public static void Widen(in KvPoolLayout layout, in AttentionScratch scratch, ref KvTile tile)
    {
        int groups = (tile.Count + Lanes - 1) / Lanes;
        int keys = layout.HeadSize * Lanes, values = layout.PaddedHead * Lanes;
        for (int group = 0; group < groups; group++)
        {
            Widen((byte*)tile.Keys[group], scratch.Keys + (group * keys), keys);
            Widen((byte*)tile.Values[group], scratch.Values + (group * values), values);
        }
        Point(layout, scratch, ref tile);
    }

    /// <summary>Copies a tile together from blocks of any size.</summary>
    public static void Gather(in AttentionArguments args, int* blocks, int head, in AttentionScratch scratch, ref KvTile tile)
    {
        KvPoolLayout layout = args.Layout;
        for (int token = 0; token < tile.Count; token++)
        {
            int position = tile.First + token, place = position % layout.BlockSize;
            byte* run = args.Pool + layout.Run(blocks[position / layout.BlockSize], args.Layer, head);
            float* key = scratch.Keys + ((long)(token / Lanes) * layout.HeadSize * Lanes) + (token % Lanes);
            for (nint i = 0; i < layout.HeadSize; i++)
            {
                key[i * Lanes] = TElement.LoadOne(run, (i * layout.GroupTokens) + place);
            }
            Widen(run + layout.ValueOffset + ((long)place * layout.PaddedHead * TElement.Bytes), scratch.Values + ((long)token * layout.PaddedHead), layout.PaddedHead);
            if (TElement.HasScales)
            {
                scratch.KeyScales[token] = ((float*)(run + layout.KeyScaleOffset))[place];
                scratch.ValueScales[token] = ((float*)(run + layout.ValueScaleOffset))[place];
            }
        }
        Point(layout, scratch, ref tile);
    }

    private static void Point(in KvPoolLayout layout, in AttentionScratch scratch, ref KvTile tile)
    {
        for (int group = 0; group < AttentionScratch.Groups; group++)
        {
            tile.Keys[group] = (nint)(scratch.Keys + ((long)group * layout.HeadSize * Lanes));
            tile.Values[group] = (nint)(scratch.Values + ((long)group * layout.PaddedHead * Lanes));
        }
    }

    private static void Widen(byte* from, float* to, int count)
    {
        for (nint i = 0; i < count; i += Lanes)
        {
            TElement.Load(from, i).Store(to + i);
        }
    }
}
