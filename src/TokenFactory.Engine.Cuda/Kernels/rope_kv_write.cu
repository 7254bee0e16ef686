// Norms queries and keys (QK_NORM), rotates them by position, and files keys and values in the KV cache; queries stay where they are.
//
// qkv: [tokens, (query_heads + 2 * kv_heads) * HEAD_SIZE], queries, then keys, then values, of a product that may have left something to do (late_norm.cuh); query_norm, key_norm: [HEAD_SIZE];
// cos_sin: [positions, ROTARY / 2, 2]; positions, rows: [tokens]; block_tables: [rows, table_stride].
// The rotation pairs number i with number i + ROTARY / 2 (as GPT-NeoX does) of a head's first ROTARY numbers; the others pass unchanged.
// ROPE_NONE leaves it out.
// Launch: grid (tokens, heads of all three / warps of a block, rounded up), a block of whole warps; a warp takes a head. Shared: a float a warp.
#include "kv_cache.cuh"
#include "late_norm.cuh"

#ifdef ROPE_NONE
#define ROTARY 0
#endif
#define TURNING (ROTARY / 2)
#define HALF (HEAD_SIZE / 2)
#define PAIRS ((HALF + WARP - 1) / WARP)

// A head is HALF pairs of numbers: first those that turn, then the others, which are paired only to be carried.
DEVICE int low_of(int pair) { return pair < TURNING ? pair : pair + TURNING; }
DEVICE int high_of(int pair) { return pair < TURNING ? pair + TURNING : pair + HALF; }

KERNEL(rope_kv_write)(
    elem* __restrict__ qkv, kv_elem* __restrict__ keys, kv_elem* __restrict__ values, const int* __restrict__ positions, const int* __restrict__ rows,
    const int* __restrict__ block_tables, int table_stride, const float* __restrict__ cos_sin, const elem* __restrict__ query_norm,
    const elem* __restrict__ key_norm, float epsilon, float weight_offset, int query_heads, int kv_heads, float key_scale, float value_scale, LateNorm norm)
{
    DYN_SHARED(float, scratch);
    float factor = late_factor(norm, blockIdx.x, scratch);
    int head = blockIdx.y * (blockDim.x / WARP) + threadIdx.x / WARP;
    int lane = threadIdx.x % WARP;
    if (head >= query_heads + 2 * kv_heads)
    {
        return;
    }
    int token = blockIdx.x;
    int position = positions[token];
    elem* x = qkv + ((i64)token * (query_heads + 2 * kv_heads) + head) * HEAD_SIZE;
    bool is_value = head >= query_heads + kv_heads;
    bool is_key = !is_value && head >= query_heads;
    float low[PAIRS], high[PAIRS];
    for (int p = 0; p < PAIRS; p++)
    {
        int i = p * WARP + lane;
        low[p] = i < HALF ? late_finish(norm, x[low_of(i)], factor, head * HEAD_SIZE + low_of(i)) : 0.0f;
        high[p] = i < HALF ? late_finish(norm, x[high_of(i)], factor, head * HEAD_SIZE + high_of(i)) : 0.0f;
    }
#ifdef QK_NORM
    if (!is_value)
    {
        float squares = 0;
        for (int p = 0; p < PAIRS; p++)
        {
            squares += low[p] * low[p] + high[p] * high[p];
        }
        float head_factor = rsqrtf(warp_sum(squares) / HEAD_SIZE + epsilon);
        const elem* weight = is_key ? key_norm : query_norm;
        for (int p = 0; p < PAIRS; p++)
        {
            int i = p * WARP + lane;
            if (i < HALF)
            {
                low[p] = to_float(to_elem(low[p] * head_factor * (to_float(weight[low_of(i)]) + weight_offset)));
                high[p] = to_float(to_elem(high[p] * head_factor * (to_float(weight[high_of(i)]) + weight_offset)));
            }
        }
    }
#endif
#ifndef ROPE_NONE
    if (!is_value)
    {
        const float* turn = cos_sin + (i64)position * ROTARY;
        for (int p = 0; p < PAIRS; p++)
        {
            int i = p * WARP + lane;
            if (i < TURNING)
            {
                float cosine = turn[2 * i], sine = turn[2 * i + 1];
                float turned = low[p] * cosine - high[p] * sine;
                high[p] = high[p] * cosine + low[p] * sine;
                low[p] = turned;
            }
        }
    }
#endif
    if (head < query_heads)
    {
        for (int p = 0; p < PAIRS; p++)
        {
            int i = p * WARP + lane;
            if (i < HALF)
            {
                x[low_of(i)] = to_elem(low[p]);
                x[high_of(i)] = to_elem(high[p]);
            }
        }
        return;
    }
    int block = block_tables[(i64)rows[token] * table_stride + position / BLOCK_SIZE];
    kv_elem* to = (is_key ? keys : values) + kv_offset(block, (head - query_heads) % kv_heads, kv_heads, position % BLOCK_SIZE);
    float scale = is_key ? key_scale : value_scale;
    for (int p = 0; p < PAIRS; p++)
    {
        int i = p * WARP + lane;
        if (i < HALF)
        {
            to[low_of(i)] = to_kv(low[p], scale);
            to[high_of(i)] = to_kv(high[p], scale);
        }
    }
}
