// Rows of a matrix, for instance the last of each sequence's slice: out[i] = x[indices[i]].
//
// x: [any, width]; out: [count, width]; width is even. Launch: grid (count), a block of whole warps.
#include "common.cuh"

KERNEL(gather_rows)(elem* __restrict__ out, const elem* __restrict__ x, const int* __restrict__ indices, int width)
{
    const u32* from = (const u32*)(x + (i64)indices[blockIdx.x] * width);
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    for (int i = threadIdx.x; i < width / 2; i += blockDim.x)
    {
        to[i] = from[i];
    }
}
