// A few rows times a matrix of weights: y = x * w^T (+ residual), for decode steps of few sequences, where reading the weights is all the
// work and a matrix product's tiles stay mostly empty. With NORM the rows are RMS-normed on the way: the norm's weight is folded into w
// beforehand, so that y = (x * w^T) / sqrt(mean(x^2) + epsilon), and the sums of squares come with the products.
//
// y: [ROWS, outputs]; x: [ROWS, inputs]; w: [outputs, inputs]; residual: [ROWS, outputs], may be y; null for none. inputs is a multiple of 8.
// ROWS is 1 to 8. Launch: grid (outputs / warps of a block, rounded up), a block of whole warps; a warp takes an output of all rows.
#include "common.cuh"

// Numbers of a 16-byte load.
#define EIGHT 8

DEVICE void unpack(float numbers[EIGHT], const elem* from)
{
    uint4 all = *(const uint4*)from;
    u32 pairs[4] = {all.x, all.y, all.z, all.w};
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
        numbers[2 * i] = low_float(pairs[i]);
        numbers[2 * i + 1] = high_float(pairs[i]);
    }
}

KERNEL(gemv)(
    elem* y, const elem* __restrict__ x, const elem* __restrict__ w, const elem* residual, int inputs, int outputs, float epsilon)
{
    int output = blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP, lane = threadIdx.x % WARP;
    if (output >= outputs)
    {
        return;
    }
    const elem* weights = w + (i64)output * inputs;
    float sums[ROWS] = {};
#ifdef NORM
    float squares[ROWS] = {};
#endif
    for (int i = lane * EIGHT; i < inputs; i += WARP * EIGHT)
    {
        float weight[EIGHT];
        unpack(weight, weights + i);
#pragma unroll
        for (int row = 0; row < ROWS; row++)
        {
            float number[EIGHT];
            unpack(number, x + (i64)row * inputs + i);
#pragma unroll
            for (int j = 0; j < EIGHT; j++)
            {
                sums[row] += number[j] * weight[j];
#ifdef NORM
                squares[row] += number[j] * number[j];
#endif
            }
        }
    }
#pragma unroll
    for (int row = 0; row < ROWS; row++)
    {
        float sum = warp_sum(sums[row]);
#ifdef NORM
        sum *= rsqrtf(warp_sum(squares[row]) / inputs + epsilon);
#endif
        if (lane == 0)
        {
            i64 at = (i64)row * outputs + output;
            y[at] = to_elem(residual ? sum + to_float(residual[at]) : sum);
        }
    }
}
