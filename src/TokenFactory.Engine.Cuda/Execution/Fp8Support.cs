using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>Refuses FP8 where cuBLASLt does not compute it: it wants rows of whole 16 bytes, and tensor cores that do E4M3.</summary>
internal static class Fp8Support
{
    private const int Alignment = 16;

    // In tenths: Ada, Hopper and later.
    private const int LeastCapability = 89;

    /// <param name="spec">The model, or a device's part of it.</param>
    /// <exception cref="ArgumentException">Names the width that does not do, as <c>config.json</c> does.</exception>
    public static void RequireShapes(ModelSpec spec)
    {
        if (spec.Experts is not null)
        {
            throw new ArgumentException("A mixture of experts is computed in bf16 or fp16, not in FP8. Choose bf16.");
        }
        foreach ((string name, int width) in new[]
        {
            ("hidden_size", spec.HiddenSize), ("num_attention_heads · head_dim", spec.QuerySize), ("num_key_value_heads · head_dim", spec.KeyValueSize),
            ("intermediate_size", spec.FeedForwardSize),
        })
        {
            if (width % Alignment != 0)
            {
                throw new ArgumentException($"{name} is {width} on each device; FP8 needs a multiple of {Alignment}. Choose bf16, or fewer devices for each replica.");
            }
        }
    }

    /// <exception cref="ArgumentException">The device has no FP8.</exception>
    public static void RequireDevice(CudaDevice device)
    {
        if ((device.Major * 10) + device.Minor < LeastCapability)
        {
            throw new ArgumentException($"{device.Name} has compute capability {device.Major}.{device.Minor}; FP8 weights need 8.9 or above. Choose bf16.");
        }
    }
}
