// Sums the results of each row's experts by weight, in the order of its choices, and adds the residual stream: x = (x +) sum of weight * y.
//
// x: [rows, width], added to where `adds` is not 0; y: [places, width]; places, weights: [rows, chosen]. width is even.
// Launch: grid (rows, pieces of a row), a block of whole warps.
#include "common.cuh"

KERNEL(expert_sum)(
    elem* __restrict__ x, const elem* __restrict__ y, const int* __restrict__ places, const float* __restrict__ weights, int chosen, int width, int adds)
{
    u32* row = (u32*)(x + (i64)blockIdx.x * width);
    i64 first = (i64)blockIdx.x * chosen;
    for (int i = blockIdx.y * blockDim.x + threadIdx.x; i < width / 2; i += gridDim.y * blockDim.x)
    {
        float low = 0, high = 0;
        for (int n = 0; n < chosen; n++)
        {
            u32 two = ((const u32*)(y + (i64)places[first + n] * width))[i];
            low += weights[first + n] * low_float(two);
            high += weights[first + n] * high_float(two);
        }
        row[i] = adds ? pack(low_float(row[i]) + low, high_float(row[i]) + high) : pack(low, high);
    }
}
