using System.Globalization;

namespace TokenFactory.Engine.Onnx.Graph;

/// <summary>Names of the decoder graph's inputs and outputs. "Part" 0 is the decode rows, parts from 1 on are prefill chunks.</summary>
internal static class DecoderInputs
{
    /// <summary>Embedded tokens of all parts end to end, float [n, hidden].</summary>
    public const string Hidden = "hidden";

    /// <summary>Tokens of each part, int64 [parts].</summary>
    public const string Split = "split";

    /// <summary>Rows of the tokens whose logits are wanted, int64 [m].</summary>
    public const string Wanted = "wanted";

    /// <summary>Rows of the tokens that are pooled, int64 [p]; p may be 0.</summary>
    public const string PooledRows = "pooled_rows";

    /// <summary>Their hidden states after the final norm, float [p, hidden].</summary>
    public const string Pooled = "pooled";

    /// <summary>float [m, vocabulary].</summary>
    public const string Logits = "logits";

    public const string GlobalCosine = "cos_global";
    public const string GlobalSine = "sin_global";
    public const string LocalCosine = "cos_local";
    public const string LocalSine = "sin_local";

    /// <summary>Whether a part has tokens, bool scalar.</summary>
    public static string Present(int part) => Name("present", part);

    /// <summary>Each sequence's length after the step less one, int32 [sequences].</summary>
    public static string Lengths(int part) => Name("lengths", part);

    /// <summary>The longest of them, int32 [1].</summary>
    public static string Total(int part) => Name("total", part);

    /// <summary>Keys of a layer, float [sequences, KV heads, capacity, head size].</summary>
    public static string Keys(int part, int layer) => Name("keys", part, layer);

    public static string Values(int part, int layer) => Name("values", part, layer);

    /// <summary>The same memory after the step.</summary>
    public static string NewKeys(int part, int layer) => Name("new_keys", part, layer);

    public static string NewValues(int part, int layer) => Name("new_values", part, layer);

    private static string Name(string what, int part) => string.Create(CultureInfo.InvariantCulture, $"{what}_{part}");

    private static string Name(string what, int part, int layer) => string.Create(CultureInfo.InvariantCulture, $"{what}_{part}_{layer}");
}
