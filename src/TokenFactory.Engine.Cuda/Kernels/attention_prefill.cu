// Attention of prefill chunks: each query sees the keys of its sequence up to its own position, those of earlier steps and of a shared
// prefix among them, no further back than `window` (0: all).
//
// out: [tokens, query_heads * HEAD_SIZE]; qkv: [tokens, qkv_stride], rotated, queries first; keys, values: a layer's planes, which hold the
// chunk's own too; sinks: [query_heads], null for none; tiles: [tiles][4] = first token in qkv, its position, tokens (at most 64), row of the block tables.
// Launch: grid (tiles, query_heads), 128 threads, shared: 4 tiles of KEYS. Each warp takes 16 queries; a tile of 16 keys serves all four.
#include "attention_tile.cuh"

#define WARPS 4

KERNEL(attention_prefill)(
    elem* __restrict__ out, const elem* __restrict__ qkv, int qkv_stride, const kv_elem* __restrict__ keys, const kv_elem* __restrict__ values,
    const int* __restrict__ tiles, const int* __restrict__ block_tables, int table_stride, int query_heads, int kv_heads, float scale, float soft_cap,
    int window, float key_scale, float value_scale, const elem* __restrict__ sinks)
{
    DYN_SHARED(elem, shared);
    const int* tile = tiles + 4 * blockIdx.x;
    int token = tile[0], position = tile[1], count = tile[2];
    const int* table = block_tables + (i64)tile[3] * table_stride;
    int head = blockIdx.y, kv_head = head / (query_heads / kv_heads);
    int group = threadIdx.x % WARP / 4, pair = threadIdx.x % 4;
    int row[2] = {(int)(threadIdx.x / WARP) * 16 + group, (int)(threadIdx.x / WARP) * 16 + group + 8};
    int first[2], last[2];
    const elem* from[2];
    for (int r = 0; r < 2; r++)
    {
        bool is_there = row[r] < count;
        from[r] = is_there ? qkv + (i64)(token + row[r]) * qkv_stride + head * HEAD_SIZE : 0;
        last[r] = is_there ? position + row[r] : -1;
        first[r] = window > 0 ? max(0, last[r] - window + 1) : 0;
    }
    Queries queries;
    load_queries(queries, from[0], from[1]);
    Gathered gathered;
    clear(gathered);

    int begin = (window > 0 ? max(0, position - window + 1) : 0) / KEYS, end = (position + count - 1) / KEYS + 1;
    // Two tiles of keys and two of values: the next ones arrive while these are worked on.
    for (int t = begin; t <= end; t++)
    {
        if (t < end)
        {
            i64 at = kv_offset(table[t * KEYS / BLOCK_SIZE], kv_head, kv_heads, t * KEYS % BLOCK_SIZE);
            elem* to = shared + (t & 1) * 2 * TILE_ELEMENTS;
            load_tile(to, keys + at, key_scale, threadIdx.x, blockDim.x);
            load_tile(to + TILE_ELEMENTS, values + at, value_scale, threadIdx.x, blockDim.x);
        }
        async_commit();
        if (t == begin)
        {
            continue;
        }
        async_wait<1>();
        __syncthreads();
        elem* ready = shared + ((t - 1) & 1) * 2 * TILE_ELEMENTS;
        int left = position + count - (t - 1) * KEYS;
        if (left < KEYS)
        {
            clear_rows(ready + TILE_ELEMENTS, left, threadIdx.x, blockDim.x);
            __syncthreads();
        }
        float scores[2][4];
        score_tile(scores, queries, ready);
        mask_tile(scores, (t - 1) * KEYS, first, last, scale, soft_cap);
        gather_tile(gathered, scores, ready + TILE_ELEMENTS);
        __syncthreads();
    }

    for (int r = 0; r < 2; r++)
    {
        if (row[r] < count)
        {
            float factor = 1.0f / with_sink(gathered.sum[r], gathered.most[r], sinks, head);
            u32* to = (u32*)(out + ((i64)(token + row[r]) * query_heads + head) * HEAD_SIZE);
            for (int c = 0; c < 2 * CHUNKS; c++)
            {
                to[c * 4 + pair] = pack(gathered.out[c][2 * r] * factor, gathered.out[c][2 * r + 1] * factor);
            }
        }
    }
}
