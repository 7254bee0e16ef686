// A few rows times a matrix of weights: y = x * w^T (+ residual), for decode steps of few sequences, where reading the weights is all the
// work and a matrix product's tiles stay mostly empty. With NORM the rows are RMS-normed on the way: the norm's weight is folded into w
// beforehand, so that y = (x * w^T) / sqrt(mean(x^2) + epsilon), and the sums of squares come with the products. With FP8 x and w are E4M3,
// whose scales are left to the kernel that reads y.
//
// y: [ROWS, outputs]; x: [ROWS, inputs]; w: [outputs, inputs]; residual: [ROWS, outputs], may be y; null for none. inputs is a multiple of
// AT_ONCE. ROWS is 1 to 8. Launch: grid (outputs / warps of a block, rounded up), a block of whole warps; a warp takes an output of all rows.
#include "common.cuh"

// Numbers of a 16-byte load.
#ifdef FP8
#define AT_ONCE 16
typedef u8 operand;
#else
#define AT_ONCE 8
typedef elem operand;
#endif

DEVICE void unpack(float numbers[AT_ONCE], const operand* from)
{
    uint4 all = *(const uint4*)from;
    u32 words[4] = {all.x, all.y, all.z, all.w};
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
#ifdef FP8
        e4m3_to_floats(numbers + 4 * i, words[i]);
#else
        numbers[2 * i] = low_float(words[i]);
        numbers[2 * i + 1] = high_float(words[i]);
#endif
    }
}

KERNEL(gemv)(
    elem* y, const operand* __restrict__ x, const operand* __restrict__ w, const elem* residual, int inputs, int outputs, float epsilon)
{
    int output = blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP, lane = threadIdx.x % WARP;
    if (output >= outputs)
    {
        return;
    }
    const operand* weights = w + (i64)output * inputs;
    float sums[ROWS] = {};
#ifdef NORM
    float squares[ROWS] = {};
#endif
    for (int i = lane * AT_ONCE; i < inputs; i += WARP * AT_ONCE)
    {
        float weight[AT_ONCE];
        unpack(weight, weights + i);
#pragma unroll
        for (int row = 0; row < ROWS; row++)
        {
            float number[AT_ONCE];
            unpack(number, x + (i64)row * inputs + i);
#pragma unroll
            for (int j = 0; j < AT_ONCE; j++)
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
