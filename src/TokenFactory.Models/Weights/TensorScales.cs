namespace TokenFactory.Models.Weights;

/// <summary>What the elements of a matrix are multiplied by when they are read, a number for each block of them.</summary>
/// <param name="values">The blocks' numbers, row-major.</param>
/// <param name="rows">Rows of a block.</param>
/// <param name="columns">Columns of a block.</param>
/// <param name="blocksOfRow">Blocks beside one another.</param>
internal sealed class TensorScales(float[] values, long rows, long columns, long blocksOfRow)
{
    /// <summary>Multiplies elements that follow one another in a matrix.</summary>
    /// <param name="elements">The elements.</param>
    /// <param name="offset">The index of the first in the whole matrix.</param>
    /// <param name="width">The matrix's columns.</param>
    public void Apply(Span<float> elements, long offset, long width)
    {
        int done = 0;
        while (done < elements.Length)
        {
            (long row, long column) = Math.DivRem(offset + done, width);
            int count = (int)Math.Min(Math.Min(columns - (column % columns), width - column), elements.Length - done);
            Span<float> run = elements.Slice(done, count);
            System.Numerics.Tensors.TensorPrimitives.Multiply(run, values[(row / rows * blocksOfRow) + (column / columns)], run);
            done += count;
        }
    }
}
