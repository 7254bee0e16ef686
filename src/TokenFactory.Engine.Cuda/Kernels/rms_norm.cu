// RMS norm of rows: out = x / sqrt(mean(x^2) + epsilon) * (weight + weight_offset) (+ residual).
//
// x, out, residual: [rows, width]; residual is null for none; weight: [width]. width is even. out may be x or residual.
// Launch: grid (rows), a block of whole warps, shared: a float a warp.
#include "common.cuh"

KERNEL(rms_norm)(elem* out, const elem* x, const elem* residual, const elem* __restrict__ weight, int width, float epsilon, float weight_offset)
{
    DYN_SHARED(float, scratch);
    const u32* row = (const u32*)(x + (i64)blockIdx.x * width);
    const u32* more = residual ? (const u32*)(residual + (i64)blockIdx.x * width) : 0;
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    const u32* scale = (const u32*)weight;
    float squares = 0;
    for (int i = threadIdx.x; i < width / 2; i += blockDim.x)
    {
        float low = low_float(row[i]), high = high_float(row[i]);
        squares += low * low + high * high;
    }
    float factor = rsqrtf(block_sum(squares, scratch) / width + epsilon);
    for (int i = threadIdx.x; i < width / 2; i += blockDim.x)
    {
        float low = low_float(row[i]) * factor * (low_float(scale[i]) + weight_offset), high = high_float(row[i]) * factor * (high_float(scale[i]) + weight_offset);
        to[i] = more ? pack(low + low_float(more[i]), high + high_float(more[i])) : pack(low, high);
    }
}
