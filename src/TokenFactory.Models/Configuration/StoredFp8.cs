namespace TokenFactory.Models.Configuration;

/// <summary>
/// How the matrices of a model are stored as FP8 (E4M3) with scales beside them: tensors <c>NAME.weight_scale</c> for a whole matrix or for
/// each of its rows, or <c>NAME.weight_scale_inv</c> for blocks. A weight is what is stored times its scale. Matrices may be left as they were.
/// </summary>
/// <param name="Block">Rows and columns that share a scale; null where a scale is for a whole row or matrix.</param>
public sealed record StoredFp8((int Rows, int Columns)? Block);

/// <summary>Reads <c>quantization_config</c>.</summary>
internal static class StoredFp8Reader
{
    private const string Field = "quantization_config";
    private const string Known = "read are FP8 weights (quant_method \"fp8\", or \"compressed-tensors\" with 8-bit floats); take such a release, or one in F32, F16 or BF16";

    /// <summary>How matrices are stored; null where they are plain numbers.</summary>
    /// <exception cref="ModelFormatException">They are stored in a way that is not read.</exception>
    public static StoredFp8? Read(ConfigSection config)
    {
        if (config.Section(Field) is not { } section)
        {
            return null;
        }
        return section.StringOrNull("quant_method") switch
        {
            "fp8" when section.StringOrNull("fmt") is null or "e4m3" => new StoredFp8(BlockOf(section)),
            "compressed-tensors" when AreFloats(section) => new StoredFp8(Block: null),
            { } method => throw config.Wrong(Field, $"weights quantised by \"{method}\" in this form are not supported; {Known}"),
            null => throw config.Wrong(Field, $"weights that are already quantised in an unnamed way are not supported; {Known}"),
        };
    }

    private static (int Rows, int Columns)? BlockOf(ConfigSection section)
    {
        if (!section.Has("weight_block_size"))
        {
            return null;
        }
        int[] block = [.. section.IntOrInts("weight_block_size")];
        return block.Length == 2 && block[0] > 0 && block[1] > 0
            ? (block[0], block[1])
            : throw section.Wrong("weight_block_size", "expected two numbers above 0: rows and columns of a block");
    }

    private static bool AreFloats(ConfigSection section) =>
        section.Section("config_groups") is { } groups
        && groups.Sections().ToArray() is { Length: > 0 } all
        && all.All(group => group.Section("weights") is { } weights
            && weights.StringOrNull("type") == "float" && weights.IntOrNull("num_bits") == 8 && weights.StringOrNull("strategy") is "tensor" or "channel");
}
