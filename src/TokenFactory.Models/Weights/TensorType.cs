namespace TokenFactory.Models.Weights;

/// <summary>Element types of the safetensors format.</summary>
public enum TensorType
{
    Bool,
    U8,
    I8,
    F8E4M3,
    F8E5M2,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    I64,
    U64,
    F64,
}

internal static class TensorTypes
{
    private static readonly Dictionary<string, TensorType> ByName = new()
    {
        ["BOOL"] = TensorType.Bool,
        ["U8"] = TensorType.U8,
        ["I8"] = TensorType.I8,
        ["F8_E4M3"] = TensorType.F8E4M3,
        ["F8_E5M2"] = TensorType.F8E5M2,
        ["I16"] = TensorType.I16,
        ["U16"] = TensorType.U16,
        ["F16"] = TensorType.F16,
        ["BF16"] = TensorType.BF16,
        ["I32"] = TensorType.I32,
        ["U32"] = TensorType.U32,
        ["F32"] = TensorType.F32,
        ["I64"] = TensorType.I64,
        ["U64"] = TensorType.U64,
        ["F64"] = TensorType.F64,
    };

    public static bool TryParse(string name, out TensorType type) => ByName.TryGetValue(name, out type);

    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        <= TensorType.F8E5M2 => 1,
        <= TensorType.BF16 => 2,
        <= TensorType.F32 => 4,
        _ => 8,
    };
}
