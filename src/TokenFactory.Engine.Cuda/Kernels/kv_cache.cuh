// Where keys and values lie. A plane holds the keys, or the values, of one layer: [block][KV head][BLOCK_SIZE][HEAD_SIZE] of elements, or of
// E4M3 with KV_FP8, whose scale is one for the plane. A sequence's blocks are named by its row of the block tables.
#pragma once
#include "common.cuh"

#ifdef KV_FP8
typedef u8 kv_elem;
DEVICE elem from_kv(kv_elem x, float scale) { return to_elem(e4m3_to_float(x) * scale); }
DEVICE kv_elem to_kv(float x, float scale) { return float_to_e4m3(x / scale); }
#else
typedef elem kv_elem;
DEVICE elem from_kv(kv_elem x, float) { return x; }
DEVICE kv_elem to_kv(float x, float) { return to_elem(x); }
#endif

// The first of a token's HEAD_SIZE numbers.
DEVICE i64 kv_offset(int block, int kv_head, int kv_heads, int place)
{
    return (((i64)block * kv_heads + kv_head) * BLOCK_SIZE + place) * HEAD_SIZE;
}
