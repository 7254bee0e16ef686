using TokenFactory.Engine.Cuda.Launchers;

namespace TokenFactory.Engine.Cuda.Tests.Compilation;

/// <summary>The constants that launchers compile each kernel with, those that make different code.</summary>
internal static class KernelVariants
{
    private static readonly string[] Plain = ["", "ELEMENT_F16"];

    private static readonly string[] Attention =
    [
        "HEAD_SIZE=64 BLOCK_SIZE=16",
        "HEAD_SIZE=96 BLOCK_SIZE=32 KV_FP8 ELEMENT_F16",
        "HEAD_SIZE=128 BLOCK_SIZE=16",
        "HEAD_SIZE=128 BLOCK_SIZE=16 ELEMENT_F16",
        "HEAD_SIZE=128 BLOCK_SIZE=16 KV_FP8",
        "HEAD_SIZE=256 BLOCK_SIZE=16",
    ];

    private static readonly IEnumerable<string> Products =
        from gate in Enum.GetValues<ExpertGate>()
        from tile in new[] { ExpertTiles.Few, ExpertTiles.Many }
        from element in Plain
        select $"{string.Join(' ', ExpertProductKernel.Constants(gate, tile))} {element}";

    private static readonly Dictionary<string, string[]> All = new()
    {
        ["rms_norm"] = Plain,
        ["scale_columns"] = Plain,
        ["embedding"] = [.. Plain.Select(constants => $"LAST_SAMPLED=(-1) {constants}")],
        ["rope_kv_write"] =
        [
            "HEAD_SIZE=64 BLOCK_SIZE=16 ROTARY=64",
            "HEAD_SIZE=96 BLOCK_SIZE=16 ROTARY=48 QK_NORM",
            "HEAD_SIZE=128 BLOCK_SIZE=16 ROTARY=128 QK_NORM ELEMENT_F16",
            "HEAD_SIZE=128 BLOCK_SIZE=16 ROTARY=128 KV_FP8",
            "HEAD_SIZE=256 BLOCK_SIZE=16 ROTARY=256 QK_NORM",
            "HEAD_SIZE=128 BLOCK_SIZE=16 ROPE_NONE QK_NORM",
        ],
        ["attention_decode"] = [.. Attention.Select(constants => $"{constants} WARPS={(constants.Contains("=256", StringComparison.Ordinal) ? 2 : 4)}")],
        ["attention_prefill"] = Attention,
        ["gated_activation"] = [.. Plain, "ACTIVATION_GELU", "ACTIVATION_GELU ELEMENT_F16"],
        ["gated_activation_fp8"] = ["", "ACTIVATION_GELU"],
        ["join_fp8"] = [""],
        ["gather_rows"] = Plain,
        ["copy_kv_blocks"] = [""],
        ["quantize_fp8"] = Plain,
        ["gemv"] = ["ROWS=1", "ROWS=1 NORM ELEMENT_F16", "ROWS=4", "ROWS=8", "ROWS=8 NORM", "ROWS=1 FP8", "ROWS=8 FP8"],
        ["router"] = ["ROWS=1", "ROWS=1 NORMALISES ELEMENT_F16", "ROWS=4 NORMALISES", "ROWS=4 ELEMENT_F16"],
        ["expert_order"] = [""],
        ["expert_product"] = [.. Products],
        ["expert_sum"] = Plain,
        ["scatter"] = [""],
        ["soft_cap"] = [""],
        ["sampling"] = ["SAMPLING_SHARED=3352 SETTINGS_BYTES=88 RESULT_BYTES=176 MOST_TOP=20"],
    };

    public static IEnumerable<string> Kernels => All.Keys;

    public static IEnumerable<string[]> Of(string kernel) => All[kernel].Select(constants => constants.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
