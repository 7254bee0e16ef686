// FP8 quantisation of rows with a scale each: out = x / scale, scale = max|x| / 448, so that x = out * scale.
//
// x: [rows, width]; out: [rows, width] E4M3; scales: [rows]. A row of zeros gets the scale 1. width is a multiple of 4.
// Launch: grid (rows), a block of whole warps, shared: a float a warp.
#include "common.cuh"

KERNEL(quantize_fp8)(u8* __restrict__ out, float* __restrict__ scales, const elem* __restrict__ x, int width)
{
    DYN_SHARED(float, scratch);
    const uint2* row = (const uint2*)(x + (i64)blockIdx.x * width);
    float largest = 0;
    for (int i = threadIdx.x; i < width / 4; i += blockDim.x)
    {
        largest = fmaxf(largest, largest_of(row[i]));
    }
    float scale = e4m3_scale(block_max(largest, scratch));
    if (threadIdx.x == 0)
    {
        scales[blockIdx.x] = scale;
    }
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    for (int i = threadIdx.x; i < width / 4; i += blockDim.x)
    {
        to[i] = elements_to_e4m3(row[i], scale);
    }
}
