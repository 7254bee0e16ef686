// Attention of decode rows: one query token a sequence against all its keys, no further back than `window` (0: all). The query heads that
// share a KV head are the rows of one tile; the keys are split over blocks and over a block's warps, and the last block to finish a
// (token, KV head) joins what all of them gathered, so that one launch does it (as in Flash-Decoding, Dao et al. 2023).
//
// out: [tokens, query_heads * HEAD_SIZE]; qkv: [tokens, qkv_stride], rotated, queries first; positions, rows: [tokens];
// sinks: [query_heads], null for none; partial: [tokens, query_heads, splits, HEAD_SIZE + 2] float; done: [tokens, kv_heads * groups], zero before the first launch and after each,
// where groups = GROUP / 16 rounded up and GROUP = query heads a KV head.
// Launch: grid (tokens, kv_heads * groups, splits), WARPS warps, shared: four tiles of KEYS a warp, which also hold its float[16][HEAD_SIZE + 2].
#include "attention_tile.cuh"

#define ROWS 16
#define PART (HEAD_SIZE + 2)

// Joins `parts` of a row, each [HEAD_SIZE numbers, largest score, sum of weights], that lie `stride` apart; returns number `column` of the
// result before the division, and what the joined part says.
DEVICE float join(const float* parts, int count, i64 stride, int column, float& most, float& sum)
{
    most = NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++)
    {
        most = fmaxf(most, parts[i * stride + HEAD_SIZE]);
    }
    sum = 0;
    float number = 0;
    for (int i = 0; i < count; i++)
    {
        float largest = parts[i * stride + HEAD_SIZE];
        float weight = largest == NEGATIVE_INFINITY ? 0.0f : __expf(largest - most);
        sum += parts[i * stride + HEAD_SIZE + 1] * weight;
        number += parts[i * stride + column] * weight;
    }
    return number;
}

// Puts a warp's rows down as parts.
DEVICE void put(float* parts, const Gathered& gathered)
{
    int group = threadIdx.x % WARP / 4, pair = threadIdx.x % 4;
    for (int r = 0; r < 2; r++)
    {
        float* to = parts + (group + 8 * r) * PART;
        for (int c = 0; c < 2 * CHUNKS; c++)
        {
            to[c * 8 + 2 * pair] = gathered.out[c][2 * r];
            to[c * 8 + 2 * pair + 1] = gathered.out[c][2 * r + 1];
        }
        if (pair == 0)
        {
            to[HEAD_SIZE] = gathered.most[r];
            to[HEAD_SIZE + 1] = gathered.sum[r];
        }
    }
}

KERNEL(attention_decode)(
    elem* __restrict__ out, const elem* __restrict__ qkv, int qkv_stride, const kv_elem* __restrict__ keys, const kv_elem* __restrict__ values,
    const int* __restrict__ positions, const int* __restrict__ rows, const int* __restrict__ block_tables, int table_stride, float* __restrict__ partial,
    u32* __restrict__ done, int query_heads, int kv_heads, float scale, float soft_cap, int window, float key_scale, float value_scale,
    const elem* __restrict__ sinks)
{
    DYN_SHARED(elem, shared);
    int token = blockIdx.x, position = positions[token];
    const int* table = block_tables + (i64)rows[token] * table_stride;
    int heads = query_heads / kv_heads, groups = (heads + ROWS - 1) / ROWS;
    int kv_head = blockIdx.y / groups, first_head = kv_head * heads + blockIdx.y % groups * ROWS;
    int used = min(ROWS, heads - (int)(blockIdx.y % groups) * ROWS);
    int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP, group = lane / 4;

    const elem* from = qkv + (i64)token * qkv_stride + first_head * HEAD_SIZE;
    Queries queries;
    load_queries(queries, group < used ? from + group * HEAD_SIZE : 0, group + 8 < used ? from + (group + 8) * HEAD_SIZE : 0);
    Gathered gathered;
    clear(gathered);

    int least = window > 0 ? max(0, position - window + 1) : 0;
    int first[2] = {least, least}, last[2] = {position, position};
    int begin = least / KEYS, end = position / KEYS + 1;
    int share = (end - begin + gridDim.z - 1) / gridDim.z;
    int from_tile = begin + blockIdx.z * share, to_tile = min(end, from_tile + share);
    elem* own = shared + warp * 4 * TILE_ELEMENTS;
    int turn = 0;
    for (int t = from_tile + warp, next = t; t < to_tile || next < to_tile; turn++)
    {
        if (next < to_tile)
        {
            i64 at = kv_offset(table[next * KEYS / BLOCK_SIZE], kv_head, kv_heads, next * KEYS % BLOCK_SIZE);
            elem* to = own + (turn & 1) * 2 * TILE_ELEMENTS;
            load_tile(to, keys + at, key_scale, lane, WARP);
            load_tile(to + TILE_ELEMENTS, values + at, value_scale, lane, WARP);
        }
        async_commit();
        next += WARPS;
        if (turn == 0)
        {
            continue;
        }
        async_wait<1>();
        __syncwarp();
        elem* ready = own + ((turn - 1) & 1) * 2 * TILE_ELEMENTS;
        if (t * KEYS + KEYS > position + 1)
        {
            clear_rows(ready + TILE_ELEMENTS, position + 1 - t * KEYS, lane, WARP);
            __syncwarp();
        }
        float scores[2][4];
        score_tile(scores, queries, ready);
        mask_tile(scores, t * KEYS, first, last, scale, soft_cap);
        gather_tile(gathered, scores, ready + TILE_ELEMENTS);
        __syncwarp();
        t += WARPS;
    }

    // The block's warps first, then the blocks of the split.
    __syncthreads();
    float* parts = (float*)shared;
    put(parts + warp * ROWS * PART, gathered);
    __syncthreads();
    int splits = gridDim.z;
    float most, sum;
    for (int i = threadIdx.x; i < used * HEAD_SIZE; i += blockDim.x)
    {
        int row = i / HEAD_SIZE, column = i % HEAD_SIZE;
        float number = join(parts + row * PART, WARPS, ROWS * PART, column, most, sum);
        if (splits == 1)
        {
            out[((i64)token * query_heads + first_head + row) * HEAD_SIZE + column] = to_elem(number / with_sink(sum, most, sinks, first_head + row));
            continue;
        }
        float* to = partial + (((i64)token * query_heads + first_head + row) * splits + blockIdx.z) * PART;
        to[column] = number;
        if (column == 0)
        {
            to[HEAD_SIZE] = most;
            to[HEAD_SIZE + 1] = sum;
        }
    }
    if (splits == 1)
    {
        return;
    }
    // What this block wrote is seen by whoever sees its count.
    __threadfence();
    __syncthreads();
    u32* arrived = (u32*)shared;
    if (threadIdx.x == 0)
    {
        *arrived = atomicInc(done + (i64)token * gridDim.y + blockIdx.y, splits - 1);
    }
    __syncthreads();
    if (*arrived != splits - 1)
    {
        return;
    }
    __threadfence();
    for (int i = threadIdx.x; i < used * HEAD_SIZE; i += blockDim.x)
    {
        int row = i / HEAD_SIZE, column = i % HEAD_SIZE;
        const float* all = partial + ((i64)token * query_heads + first_head + row) * splits * PART;
        float number = join(all, splits, PART, column, most, sum);
        out[((i64)token * query_heads + first_head + row) * HEAD_SIZE + column] = to_elem(number / with_sink(sum, most, sinks, first_head + row));
    }
}
