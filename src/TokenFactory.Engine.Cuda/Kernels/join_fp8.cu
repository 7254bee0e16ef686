// Ends a part of a layer and readies the next one's rows, where products are computed in FP8: x += part, then out = norm(x) / scale.
//
// part = result * row_scale * column_scale + bias, itself normed where the model norms a part before it joins (post_norm).
// x: [rows, width], read and written; result: [rows, width], null where nothing joins; row_scales: [rows] and column_scales: [width], null where
// the result is whole; bias, post_norm: [width], null for none; residual: what the part is added to, null for nothing; norm: [width], null where
// no product follows; out: [rows, width] E4M3; scales: [rows], may be row_scales. width is a multiple of 4.
// Launch: grid (rows), a block of whole warps, shared: a float a warp, and a row of floats. A thread reads of the shared row only its own.
#include "late_norm.cuh"

struct Join
{
    elem* x;
    const elem* residual;
    const elem* result;
    const float* row_scales;
    const float* column_scales;
    const elem* bias;
    const elem* post_norm;
    const elem* norm;
    u8* out;
    float* scales;
    int width;
    float epsilon;
    float weight_offset;
};

// Four numbers of the part, before its norm.
DEVICE void part_of(float numbers[4], const Join& join, i64 row, float factor, int i)
{
    unpack_four(numbers, ((const uint2*)(join.result + row * join.width))[i]);
    for (int j = 0; j < 4; j++)
    {
        numbers[j] *= factor * (join.column_scales ? join.column_scales[4 * i + j] : 1.0f);
        numbers[j] += join.bias ? to_float(join.bias[4 * i + j]) : 0.0f;
    }
}

DEVICE float squares_of(const float numbers[4]) { return numbers[0] * numbers[0] + numbers[1] * numbers[1] + numbers[2] * numbers[2] + numbers[3] * numbers[3]; }

// Norm of four numbers, whose row's inverse root mean square is given.
DEVICE void norm_four(float numbers[4], const Join& join, const elem* weight, float inverse, int i)
{
    for (int j = 0; j < 4; j++)
    {
        numbers[j] *= inverse * (to_float(weight[4 * i + j]) + join.weight_offset);
    }
}

// Writes x = residual + part, as it is rounded into `sums` too.
DEVICE void add_part(const Join& join, i64 row, float* scratch, float4* sums)
{
    float factor = join.row_scales ? join.row_scales[row] : 1.0f;
    float inverse = 1.0f;
    float numbers[4];
    if (join.post_norm)
    {
        float squares = 0;
        for (int i = threadIdx.x; i < join.width / 4; i += blockDim.x)
        {
            part_of(numbers, join, row, factor, i);
            squares += squares_of(numbers);
        }
        inverse = rsqrtf(block_sum(squares, scratch) / join.width + join.epsilon);
    }
    uint2* x = (uint2*)(join.x + row * join.width);
    const uint2* residual = join.residual ? (const uint2*)(join.residual + row * join.width) : 0;
    for (int i = threadIdx.x; i < join.width / 4; i += blockDim.x)
    {
        part_of(numbers, join, row, factor, i);
        if (join.post_norm)
        {
            norm_four(numbers, join, join.post_norm, inverse, i);
        }
        float before[4] = {};
        if (residual)
        {
            unpack_four(before, residual[i]);
        }
        uint2 sum = {pack(before[0] + numbers[0], before[1] + numbers[1]), pack(before[2] + numbers[2], before[3] + numbers[3])};
        x[i] = sum;
        unpack_four((float*)&sums[i], sum);
    }
}

KERNEL(join_fp8)(Join join)
{
    DYN_SHARED(float, scratch);
    float4* sums = (float4*)(scratch + ROUND_UP(blockDim.x / WARP, 4));
    i64 row = blockIdx.x;
    if (join.result)
    {
        add_part(join, row, scratch, sums);
    }
    if (!join.norm)
    {
        return;
    }
    const uint2* x = (const uint2*)(join.x + row * join.width);
    float squares = 0;
    for (int i = threadIdx.x; i < join.width / 4; i += blockDim.x)
    {
        if (!join.result)
        {
            unpack_four((float*)&sums[i], x[i]);
        }
        squares += squares_of((const float*)&sums[i]);
    }
    float inverse = rsqrtf(block_sum(squares, scratch) / join.width + join.epsilon), largest = 0;
    for (int i = threadIdx.x; i < join.width / 4; i += blockDim.x)
    {
        norm_four((float*)&sums[i], join, join.norm, inverse, i);
        largest = fmaxf(largest, largest_of((const float*)&sums[i]));
    }
    float scale = e4m3_scale(block_max(largest, scratch));
    // Every thread has read the result's scale.
    if (threadIdx.x == 0)
    {
        join.scales[row] = scale;
    }
    u32* to = (u32*)(join.out + row * join.width);
    for (int i = threadIdx.x; i < join.width / 4; i += blockDim.x)
    {
        to[i] = floats_to_e4m3((const float*)&sums[i], scale);
    }
}
