// The feed-forward part's gate, as the FP8 rows of the product that follows: out = activation(gate) * up / scale; gate.cuh has the activations.
//
// gate_up: [rows, 2 * width], the gate first, of a product that may have left something to do; out: [rows, width] E4M3; scales: [rows], which
// may be the scales that the product left. width is a multiple of 4.
// Launch: grid (rows), a block of whole warps, shared: a float a warp, and a row of elements. A thread reads of the shared row only its own.
#include "gate.cuh"

KERNEL(gated_activation_fp8)(u8* __restrict__ out, float* scales, const elem* __restrict__ gate_up, int width, LateNorm norm)
{
    DYN_SHARED(float, scratch);
    uint2* gated = (uint2*)(scratch + ROUND_UP(blockDim.x / WARP, 4));
    float factor = late_factor(norm, blockIdx.x, scratch);
    const elem* row = gate_up + (i64)blockIdx.x * 2 * width;
    float largest = 0;
    for (int i = threadIdx.x; i < width / 4; i += blockDim.x)
    {
        float2 first = gated_pair(row, width, factor, norm, 2 * i), second = gated_pair(row, width, factor, norm, 2 * i + 1);
        uint2 four = {pack(first.x, first.y), pack(second.x, second.y)};
        gated[i] = four;
        largest = fmaxf(largest, largest_of(four));
    }
    float scale = e4m3_scale(block_max(largest, scratch));
    // Every thread has read the scale that the product left.
    if (threadIdx.x == 0)
    {
        scales[blockIdx.x] = scale;
    }
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    for (int i = threadIdx.x; i < width / 4; i += blockDim.x)
    {
        to[i] = elements_to_e4m3(gated[i], scale);
    }
}
