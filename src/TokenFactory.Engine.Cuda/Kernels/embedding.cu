// Embedding rows of a step's tokens: out = table[token] * scale.
//
// out: [tokens, width]; tokens: [tokens], LAST_SAMPLED where the row's own last sampled token stands in; table: [vocabulary, width];
// rows: the row of each token; last_sampled: [rows]. width is even.
// Launch: grid (tokens), a block of whole warps.
#include "common.cuh"

KERNEL(embedding)(
    elem* __restrict__ out, const int* __restrict__ tokens, const int* __restrict__ rows, const int* __restrict__ last_sampled,
    const elem* __restrict__ table, int width, float scale)
{
    int token = tokens[blockIdx.x];
    token = token == LAST_SAMPLED ? last_sampled[rows[blockIdx.x]] : token;
    const u32* from = (const u32*)(table + (i64)token * width);
    u32* to = (u32*)(out + (i64)blockIdx.x * width);
    for (int i = threadIdx.x; i < width / 2; i += blockDim.x)
    {
        to[i] = scale == 1.0f ? from[i] : pack(low_float(from[i]) * scale, high_float(from[i]) * scale);
    }
}
