// x = cap * tanh(x / cap), for logits.
//
// x: [count] float. Launch: grid (pieces), a block of whole warps.
#include "common.cuh"

KERNEL(soft_cap)(float* __restrict__ x, i64 count, float cap)
{
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (i64)gridDim.x * blockDim.x)
    {
        x[i] = cap * tanhf(x[i] / cap);
    }
}
