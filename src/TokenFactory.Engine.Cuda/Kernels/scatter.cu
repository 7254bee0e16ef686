// Writes records into a table: table[indices[i]] = records[i]. A negative index writes nothing, so that a launch may have more than it needs.
//
// table: [any, words]; records: [count, words] of 32 bits; indices: [count], none of them twice. Launch: grid (count), a block of whole warps.
#include "common.cuh"

KERNEL(scatter)(u32* __restrict__ table, const u32* __restrict__ records, const int* __restrict__ indices, int words)
{
    int index = indices[blockIdx.x];
    if (index < 0)
    {
        return;
    }
    for (int i = threadIdx.x; i < words; i += blockDim.x)
    {
        table[(i64)index * words + i] = records[(i64)blockIdx.x * words + i];
    }
}
