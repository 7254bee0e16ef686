using System.Runtime.CompilerServices;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>Writes keys and values of a step into the pool.</summary>
internal static unsafe class KvWriter<TElement>
    where TElement : struct, IKvElement
{
    /// <summary>Writes one KV head's keys and values of tokens <paramref name="first"/> to <paramref name="end"/> - 1 of the step.</summary>
    [SkipLocalsInit]
    public static void Write(in AttentionArguments args, int head, int first, int end)
    {
        float* row = stackalloc float[args.Layout.PaddedHead];
        byte* encoded = stackalloc byte[args.Layout.PaddedHead * TElement.Bytes];
        AttentionSlice* slice = SliceOf(args, first);
        for (int token = first; token < end; token++)
        {
            while (token >= slice->FirstToken + slice->Count)
            {
                slice++;
            }
            WriteToken(args, head, token, slice, row, encoded);
        }
    }

    private static void WriteToken(in AttentionArguments args, int head, int token, AttentionSlice* slice, float* row, byte* encoded)
    {
        KvPoolLayout layout = args.Layout;
        int position = slice->Start + token - slice->FirstToken;
        int block = slice->Blocks[position / layout.BlockSize], place = position % layout.BlockSize;
        byte* run = args.Pool + layout.Run(block, args.Layer, head);
        float* key = args.Packed + (token * args.PackedStride) + ((long)(args.Heads + head) * layout.HeadSize);
        HeadRow.Prepare(args, key, args.KeyNorm, position, 1, row);
        float scale = TElement.Encode(row, layout.PaddedHead, encoded);
        int group = place / layout.GroupTokens, lane = place % layout.GroupTokens;
        byte* to = run + ((((long)group * layout.HeadSize * layout.GroupTokens) + lane) * TElement.Bytes);
        Scatter(encoded, to, layout.HeadSize, layout.GroupTokens);
        HeadRow.Copy(key + ((long)layout.KvHeads * layout.HeadSize), row, layout.HeadSize, layout.PaddedHead);
        float valueScale = TElement.Encode(row, layout.PaddedHead, run + layout.ValueOffset + ((long)place * layout.PaddedHead * TElement.Bytes));
        if (TElement.HasScales)
        {
            ((float*)(run + layout.KeyScaleOffset))[place] = scale;
            ((float*)(run + layout.ValueScaleOffset))[place] = valueScale;
        }
    }

    private static void Scatter(byte* from, byte* to, int count, int stride)
    {
        for (nint i = 0; i < count; i++)
        {
            if (TElement.Bytes == sizeof(float))
            {
                ((float*)to)[i * stride] = ((float*)from)[i];
            }
            else if (TElement.Bytes == sizeof(short))
            {
                ((short*)to)[i * stride] = ((short*)from)[i];
            }
            else
            {
                to[i * stride] = from[i];
            }
        }
    }

    private static AttentionSlice* SliceOf(in AttentionArguments args, int token)
    {
        int low = 0, high = args.SliceCount - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (args.Slices[middle].FirstToken <= token)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }
        return args.Slices + low;
    }
}
