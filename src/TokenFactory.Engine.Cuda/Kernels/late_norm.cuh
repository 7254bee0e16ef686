// The norm before a product, done after it. norm(x) * w^T is (x * v^T) / sqrt(mean(x^2) + epsilon) where v is w with the norm's weights in its
// columns, so the product runs on rows as they lie in the residual stream, and the kernel that reads its results divides them.
#pragma once
#include "common.cuh"

// x: [rows, width], the product's rows; null where its results are normed already. scale: what results are less by, so that rows of large
// numbers stay within fp16. bias: [width of a result], added after the norm; null for none.
struct LateNorm { const elem* x; const elem* bias; int width; float epsilon; float scale; };

// What a row's results are multiplied by. All threads of the block come here; `scratch` holds a float a warp.
DEVICE float late_factor(const LateNorm& norm, i64 row, float* scratch)
{
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
