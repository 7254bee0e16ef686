// FP8 quantisation of rows with a scale each: out = x / scale, scale = max|x| / 448, so that x = out * scale.
//
// x: [rows, width]; out: [rows, width] E4M3; scales: [rows]. A row of zeros gets the scale 1. width is a multiple of 4.
// Launch: grid (rows), a block of whole warps, shared: a float a warp.
#include "common.cuh"

KERNEL(quantize_fp8)(u8* __restrict__ out, float* __restrict__ scales, const elem* __restrict__ x, int width)
{
    DYN_SHARED(float, scratch);
    const elem* row = x + (i64)blockIdx.x * width;
    float largest = 0;
    for (int i = threadIdx.x; i < width; i += blockDim.x)
    {
        largest = fmaxf(largest, fabsf(to_float(row[i])));
    }
    largest = warp_max(largest);
    if (threadIdx.x % WARP == 0)
    {
        scratch[threadIdx.x / WARP] = largest;
    }
    __syncthreads();
    for (int i = 0; i < (int)(blockDim.x / WARP); i++)
    {
        largest = fmaxf(largest, scratch[i]);
    }
    float scale = largest > 0 ? largest / E4M3_MAX : 1.0f;
    if (threadIdx.x == 0)
    {
        scales[blockIdx.x] = scale;
    }
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    for (int i = threadIdx.x; i < width / 4; i += blockDim.x)
    {
        u32 four = 0;
        for (int j = 0; j < 4; j++)
        {
            four |= (u32)float_to_e4m3(to_float(row[4 * i + j]) / scale) << (8 * j);
        }
        to[i] = four;
    }
}
