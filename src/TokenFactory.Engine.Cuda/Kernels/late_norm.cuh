// What a product leaves to the kernel that reads its results.
//
// In elements: the norm before the product. norm(x) * w^T is (x * v^T) / sqrt(mean(x^2) + epsilon) where v is w with the norm's weights in its
// columns, so the product runs on rows as they lie in the residual stream, and the kernel that reads its results divides them.
// In FP8: the scales of the product's rows and of the weights' rows, by which its results are multiplied.
#pragma once
#include "common.cuh"

// x: [rows, width], the product's rows; null where its results are normed already. bias: [width of a result], added last; null for none.
// row_scales: [rows]; column_scales: [width of a result]; both null in elements. scale: what results are less by, so that rows of large
// numbers stay within fp16; read where there are x or scales.
struct LateNorm { const elem* x; const elem* bias; const float* row_scales; const float* column_scales; int width; float epsilon; float scale; };

// What a row's results are multiplied by. All threads of the block come here; `scratch` holds a float a warp.
DEVICE float late_factor(const LateNorm& norm, i64 row, float* scratch)
{
    if (norm.row_scales)
    {
        return norm.row_scales[row] * norm.scale;
    }
    if (!norm.x)
    {
        return 1.0f;
    }
    const u32* from = (const u32*)(norm.x + row * norm.width);
    float squares = 0;
    for (int i = threadIdx.x; i < norm.width / 2; i += blockDim.x)
    {
        u32 two = from[i];
        squares += low_float(two) * low_float(two) + high_float(two) * high_float(two);
    }
    return rsqrtf(block_sum(squares, scratch) / norm.width + norm.epsilon) * norm.scale;
}

// A result's final number.
DEVICE float late_finish(const LateNorm& norm, elem result, float factor, int column)
{
    float number = to_float(result) * factor;
    number *= norm.column_scales ? norm.column_scales[column] : 1.0f;
    return norm.bias ? number + to_float(norm.bias[column]) : number;
}
