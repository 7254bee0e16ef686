// Copies whole KV blocks within a pool: block pairs[2i] to block pairs[2i + 1], in every layer, keys and values.
//
// pool: [layers * 2 planes][plane_stride bytes]; block_bytes is a multiple of 16. No block is both a source and a target of one launch.
// Launch: grid (pairs, planes), a block of whole warps.
#include "common.cuh"

KERNEL(copy_kv_blocks)(u8* __restrict__ pool, const int* __restrict__ pairs, i64 plane_stride, int block_bytes)
{
    u8* plane = pool + blockIdx.y * plane_stride;
    const uint4* from = (const uint4*)(plane + (i64)pairs[2 * blockIdx.x] * block_bytes);
    uint4* to = (uint4*)(plane + (i64)pairs[2 * blockIdx.x + 1] * block_bytes);
    for (int i = threadIdx.x; i < block_bytes / 16; i += blockDim.x)
    {
        to[i] = from[i];
    }
}
