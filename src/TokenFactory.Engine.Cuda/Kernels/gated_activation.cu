// The feed-forward part's gate: out = activation(gate) * up, where activation is SiLU, or the tanh form of GELU with ACTIVATION_GELU.
//
// gate_up: [rows, 2 * width], the gate first, whose norm and bias may be still to do; out: [rows, width]. width is even.
// Launch: grid (rows, pieces of a row), a block of whole warps, shared: a float a warp.
#include "gate.cuh"
#include "late_norm.cuh"

DEVICE float2 finish(u32 two, float factor, const elem* bias, int pair)
{
    float2 numbers = {low_float(two) * factor, high_float(two) * factor};
    if (bias)
    {
        u32 more = ((const u32*)bias)[pair];
        numbers.x += low_float(more);
        numbers.y += high_float(more);
    }
    return numbers;
}

KERNEL(gated_activation)(elem* __restrict__ out, const elem* __restrict__ gate_up, int width, LateNorm norm)
{
    DYN_SHARED(float, scratch);
    float factor = late_factor(norm, blockIdx.x, scratch);
    const u32* row = (const u32*)(gate_up + (i64)blockIdx.x * 2 * width);
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    for (int i = blockIdx.y * blockDim.x + threadIdx.x, up = i + width / 2; i < width / 2; i += gridDim.y * blockDim.x, up += gridDim.y * blockDim.x)
    {
        float2 gates = finish(row[i], factor, norm.bias, i), ups = finish(row[up], factor, norm.bias, up);
        to[i] = pack(activate(gates.x) * ups.x, activate(gates.y) * ups.y);
    }
}
