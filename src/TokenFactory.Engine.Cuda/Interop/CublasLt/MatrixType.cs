namespace TokenFactory.Engine.Cuda.Interop.CublasLt;

/// <summary>Number formats, by the library's own numbers (<c>cudaDataType</c>).</summary>
internal enum MatrixType
{
    Float32 = 0,
    Float16 = 2,
    BFloat16 = 14,

    /// <summary>FP8 with 4 bits of exponent.</summary>
    E4M3 = 28,
}

/// <summary>What the formats hold.</summary>
internal static class MatrixTypes
{
    public static int BytesOf(this MatrixType type) => type switch { MatrixType.Float32 => 4, MatrixType.E4M3 => 1, _ => 2 };
}
