using System.Buffers;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda.Weights;

/// <summary>The matrices [outputs, inputs] of all experts of a layer, in a form in which they do not lie on the device.</summary>
internal interface IStoredMatrices
{
    /// <summary>Reads some inputs of some outputs.</summary>
    /// <param name="expert">Whose.</param>
    /// <param name="outputs">The first output, and how far the next one is.</param>
    /// <param name="count">Outputs.</param>
    /// <param name="firstInput">The first number of each.</param>
    /// <param name="inputs">Numbers of each.</param>
    /// <param name="to">[count, inputs].</param>
    void Read(int expert, (int First, int Step) outputs, int count, int firstInput, int inputs, Span<float> to);
}

/// <summary>Matrices that are stored as [experts, inputs, outputs].</summary>
internal sealed class TransposedMatrices(TensorView tensor) : IStoredMatrices
{
    // Outputs that are written side by side, so that what is read of a row of inputs is a few lines of the cache and what is written stays in it.
    private const int OutputsAtOnce = 64;

    public void Read(int expert, (int First, int Step) outputs, int count, int firstInput, int inputs, Span<float> to)
    {
        long width = tensor.Shape[2], matrix = expert * tensor.RowLength;
        float[] row = ArrayPool<float>.Shared.Rent(OutputsAtOnce * outputs.Step);
        for (int done = 0; done < count; done += OutputsAtOnce)
        {
            int some = Math.Min(OutputsAtOnce, count - done), first = outputs.First + (done * outputs.Step);
            Span<float> read = row.AsSpan(0, ((some - 1) * outputs.Step) + 1);
            for (int input = 0; input < inputs; input++)
            {
                tensor.Read(matrix + ((firstInput + input) * width) + first, read);
                for (int i = 0; i < some; i++)
                {
                    to[((done + i) * inputs) + input] = read[i * outputs.Step];
                }
            }
        }
        ArrayPool<float>.Shared.Return(row);
    }
}

/// <summary>Biases [experts, outputs] as matrices of one input.</summary>
internal sealed class BiasRows(TensorView tensor) : IStoredMatrices
{
    public void Read(int expert, (int First, int Step) outputs, int count, int firstInput, int inputs, Span<float> to)
    {
        for (int i = 0; i < count; i++)
        {
            tensor.Read((expert * tensor.RowLength) + outputs.First + ((long)i * outputs.Step), to.Slice(i, 1));
        }
    }
}

/// <summary>Matrices that are stored as <see cref="Mxfp4"/>: [experts, outputs, inputs / 32, 16] and [experts, outputs, inputs / 32].</summary>
internal sealed class Mxfp4Matrices(TensorView blocks, TensorView scales) : IStoredMatrices
{
    public void Read(int expert, (int First, int Step) outputs, int count, int firstInput, int inputs, Span<float> to)
    {
        int blocksOfOutput = (int)scales.Shape[2], width = blocksOfOutput * Mxfp4.BlockSize;
        float[] row = ArrayPool<float>.Shared.Rent(width);
        for (int i = 0; i < count; i++)
        {
            long block = ((expert * scales.Shape[1]) + outputs.First + ((long)i * outputs.Step)) * blocksOfOutput;
            Mxfp4.ToSingle(blocks.Bytes(block * Mxfp4.BlockBytes, blocksOfOutput * Mxfp4.BlockBytes), scales.Bytes(block, blocksOfOutput), row.AsSpan(0, width));
            row.AsSpan(firstInput, inputs).CopyTo(to[(i * inputs)..]);
        }
        ArrayPool<float>.Shared.Return(row);
    }
}
