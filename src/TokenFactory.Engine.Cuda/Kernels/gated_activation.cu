// The feed-forward part's gate: out = activation(gate) * up, where activation is SiLU, or the tanh form of GELU with ACTIVATION_GELU.
//
// gate_up: [rows, 2 * width], the gate first; out: [rows, width]. width is even.
// Launch: grid (rows, pieces of a row), a block of whole warps.
#include "common.cuh"

DEVICE float activate(float x)
{
#ifdef ACTIVATION_GELU
    return 0.5f * x * (1.0f + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
#else
    return x / (1.0f + expf(-x));
#endif
}

KERNEL(gated_activation)(elem* __restrict__ out, const elem* __restrict__ gate_up, int width)
{
    const u32* gate = (const u32*)(gate_up + (i64)blockIdx.x * 2 * width);
    const u32* up = gate + width / 2;
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    for (int i = blockIdx.y * blockDim.x + threadIdx.x; i < width / 2; i += gridDim.y * blockDim.x)
    {
        to[i] = pack(activate(low_float(gate[i])) * low_float(up[i]), activate(high_float(gate[i])) * high_float(up[i]));
    }
}
