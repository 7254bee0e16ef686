using TokenFactory.Models.Configuration;

namespace TokenFactory.Models.Weights;

/// <summary>Finds the scales of matrices that are stored as FP8, and what each of them is for.</summary>
/// <param name="store">Where tensors lie.</param>
/// <param name="storage">How the model says that they are stored.</param>
internal sealed class ScaleFinder(TensorStore store, StoredFp8 storage)
{
    private static readonly string[] Suffixes = ["_scale_inv", "_scale"];

    /// <summary>The matrix with its scales.</summary>
    /// <exception cref="ModelFormatException">It has none, or not as many as its shape asks for.</exception>
    public TensorView Scale(TensorView matrix)
    {
        TensorView? scales = null;
        string name = Suffixes.Select(suffix => matrix.Name + suffix).FirstOrDefault(one => store.TryGet(one, out scales)) ?? matrix.Name + Suffixes[^1];
        if (scales is null)
        {
            throw new ModelFormatException(store.Source, name, $"the tensor is missing; \"{matrix.Name}\" is FP8 and needs its scales");
        }
        if (scales.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16))
        {
            throw new ModelFormatException(scales.File, name, $"its type is {scales.Type}; scales are F32, F16 or BF16");
        }
        long rows = matrix.Rows, columns = matrix.RowLength;
        (long blockRows, long blockColumns) = scales.ElementCount == 1 ? (rows, columns) : storage.Block is { } block ? (block.Rows, block.Columns) : (1, columns);
        (long down, long beside) = (Blocks(rows, blockRows), Blocks(columns, blockColumns));
        return scales.ElementCount == down * beside
            ? matrix.Scaled(new TensorScales(scales.ToArray(), blockRows, blockColumns, beside))
            : throw new ModelFormatException(
                scales.File, name, $"its shape is [{string.Join(", ", scales.Shape)}]; \"{matrix.Name}\" of {rows} x {columns} needs {down} x {beside} scales, or one");
    }

    private static long Blocks(long extent, long block) => (extent + block - 1) / block;
}
