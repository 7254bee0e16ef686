// x += y, number by number.
//
// x, y: [pairs * 2] elements. Launch: grid (pieces), a block of whole warps.
#include "common.cuh"

KERNEL(add)(elem* __restrict__ x, const elem* __restrict__ y, i64 pairs)
{
    u32* to = (u32*)x;
    const u32* from = (const u32*)y;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < pairs; i += (i64)gridDim.x * blockDim.x)
    {
        to[i] = pack(low_float(to[i]) + low_float(from[i]), high_float(to[i]) + high_float(from[i]));
    }
}
