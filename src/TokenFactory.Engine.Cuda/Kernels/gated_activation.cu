// The feed-forward part's gate: out = activation(gate) * up; gate.cuh has the activations.
//
// gate_up: [rows, 2 * width], the gate first, of a product that may have left something to do; out: [rows, width]. width is even.
// Launch: grid (rows, pieces of a row), a block of whole warps, shared: a float a warp.
#include "gate.cuh"

KERNEL(gated_activation)(elem* __restrict__ out, const elem* __restrict__ gate_up, int width, LateNorm norm)
{
    DYN_SHARED(float, scratch);
    float factor = late_factor(norm, blockIdx.x, scratch);
    const elem* row = gate_up + (i64)blockIdx.x * 2 * width;
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    for (int i = blockIdx.y * blockDim.x + threadIdx.x; i < width / 2; i += gridDim.y * blockDim.x)
    {
        float2 gated = gated_pair(row, width, factor, norm, i);
        to[i] = pack(gated.x, gated.y);
    }
}
