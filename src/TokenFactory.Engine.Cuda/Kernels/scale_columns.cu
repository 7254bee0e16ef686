// Puts a norm's weights into the columns of the matrix that follows it, once, at load: w[i][j] *= scale[j] + offset.
//
// w: [rows, width]; scale: [width]. width is even. Launch: grid (rows), a block of whole warps.
#include "common.cuh"

KERNEL(scale_columns)(elem* __restrict__ w, const elem* __restrict__ scale, int width, float offset)
{
    u32* row = (u32*)(w + (i64)blockIdx.x * width);
    const u32* by = (const u32*)scale;
    for (int i = threadIdx.x; i < width / 2; i += blockDim.x)
    {
        row[i] = pack(low_float(row[i]) * (low_float(by[i]) + offset), high_float(row[i]) * (high_float(by[i]) + offset));
    }
}
