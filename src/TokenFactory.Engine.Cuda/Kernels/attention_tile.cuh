// Attention on tensor cores, a warp at a time: 16 query rows against 16 keys, with a running softmax (Milakov and Gimelshein,
// arXiv 1805.02867; Dao, arXiv 2307.08691). A warp's lane 4g + t holds rows g and g + 8; fragments as in common.cuh.
#pragma once
#include "kv_cache.cuh"

#define KEYS 16
// A row of a tile in shared memory is longer than its numbers, so that eight rows lie in different banks.
#define TILE_STRIDE (HEAD_SIZE + 8)
#define TILE_ELEMENTS (KEYS * TILE_STRIDE)
#define CHUNKS (HEAD_SIZE / 16)

#if BLOCK_SIZE % KEYS != 0
#error "a tile of keys must lie in one KV block"
#endif

// 16 query rows as left operands.
struct Queries { u32 part[CHUNKS][4]; };

// What 16 rows have gathered: numbers of the result before the division, the largest score and the sum of weights of each lane's two rows.
struct Gathered { float out[2 * CHUNKS][4]; float most[2]; float sum[2]; };

// Reads row g and row g + 8; a null row is all zeros.
DEVICE void load_queries(Queries& q, const elem* first, const elem* second)
{
    int pair = threadIdx.x % 4;
    for (int c = 0; c < CHUNKS; c++)
    {
        int low = c * 16 + 2 * pair;
        q.part[c][0] = first ? *(const u32*)(first + low) : 0;
        q.part[c][1] = second ? *(const u32*)(second + low) : 0;
        q.part[c][2] = first ? *(const u32*)(first + low + 8) : 0;
        q.part[c][3] = second ? *(const u32*)(second + low + 8) : 0;
    }
}

DEVICE void clear(Gathered& g)
{
    for (int i = 0; i < 2 * CHUNKS; i++)
    {
        for (int j = 0; j < 4; j++)
        {
            g.out[i][j] = 0;
        }
    }
    g.most[0] = g.most[1] = NEGATIVE_INFINITY;
    g.sum[0] = g.sum[1] = 0;
}

// Brings 16 keys, or values, of a KV block to shared memory, by `threads` threads of which this is number `thread`. Numbers of E4M3 become
// elements on the way.
DEVICE void load_tile(elem* tile, const kv_elem* from, float scale, int thread, int threads)
{
#ifdef KV_FP8
    for (int i = thread; i < KEYS * HEAD_SIZE / 16; i += threads)
    {
        int row = i / (HEAD_SIZE / 16), column = i % (HEAD_SIZE / 16) * 16;
        uint4 sixteen = *(const uint4*)(from + row * HEAD_SIZE + column);
        const u32* four = (const u32*)&sixteen;
        u32* to = (u32*)(tile + row * TILE_STRIDE + column);
        for (int j = 0; j < 8; j++)
        {
            u32 two = four[j / 2] >> (16 * (j % 2));
            to[j] = pack(e4m3_to_float((u8)(two & 0xff)) * scale, e4m3_to_float((u8)((two >> 8) & 0xff)) * scale);
        }
    }
#else
    for (int i = thread; i < KEYS * HEAD_SIZE / 8; i += threads)
    {
        int row = i / (HEAD_SIZE / 8), column = i % (HEAD_SIZE / 8) * 8;
        async_copy_16(tile + row * TILE_STRIDE + column, from + row * HEAD_SIZE + column);
    }
#endif
}

// Zeroes the rows of a tile of values from number `first` on. Places that hold no token yet may hold what is no number, left there by a
// sequence that went wrong, and even a weight of zero would bring it into the sum.
DEVICE void clear_rows(elem* tile, int first, int thread, int threads)
{
    for (int i = first * (HEAD_SIZE / 2) + thread; i < KEYS * HEAD_SIZE / 2; i += threads)
    {
        *(u32*)(tile + i / (HEAD_SIZE / 2) * TILE_STRIDE + i % (HEAD_SIZE / 2) * 2) = 0;
    }
}

// scores[n][.] = q * key of 16 keys; n = 0: keys 0 to 7, n = 1: keys 8 to 15.
DEVICE void score_tile(float scores[2][4], const Queries& q, const elem* keys)
{
    int lane = threadIdx.x % WARP;
    for (int n = 0; n < 2; n++)
    {
        for (int i = 0; i < 4; i++)
        {
            scores[n][i] = 0;
        }
    }
    const elem* row = keys + (lane / 16 * 8 + lane % 8) * TILE_STRIDE + lane / 8 % 2 * 8;
    for (int c = 0; c < CHUNKS; c++)
    {
        u32 b[4];
        load_matrix_x4(b, row + c * 16);
        mma_16x8x16(scores[0], q.part[c], b);
        mma_16x8x16(scores[1], q.part[c], b + 2);
    }
}

// Scales, caps and masks: a key counts where first[r] <= its position <= last[r], for the lane's rows r = 0 and 1.
DEVICE void mask_tile(float scores[2][4], int position, const int first[2], const int last[2], float scale, float soft_cap)
{
    int pair = threadIdx.x % 4;
    for (int n = 0; n < 2; n++)
    {
        for (int i = 0; i < 4; i++)
        {
            int key = position + n * 8 + 2 * pair + i % 2;
            float score = scores[n][i] * scale;
            score = soft_cap > 0 ? soft_cap * tanhf(score / soft_cap) : score;
            scores[n][i] = key >= first[i / 2] && key <= last[i / 2] ? score : NEGATIVE_INFINITY;
        }
    }
}

// The sum of a row's weights, that of its head's sink among them: a logit that has no value (Xiao et al., arXiv 2309.17453). Null for none.
DEVICE float with_sink(float sum, float most, const elem* sinks, int head)
{
    return sinks ? sum + __expf(to_float(sinks[head]) - most) : sum;
}

// Takes 16 keys' values in, weighed by their scores.
DEVICE void gather_tile(Gathered& g, float scores[2][4], const elem* values)
{
    float keep[2];
    for (int r = 0; r < 2; r++)
    {
        float most = fmaxf(fmaxf(scores[0][2 * r], scores[0][2 * r + 1]), fmaxf(scores[1][2 * r], scores[1][2 * r + 1]));
        most = fmaxf(most, __shfl_xor_sync(FULL_WARP, most, 1));
        most = fmaxf(most, __shfl_xor_sync(FULL_WARP, most, 2));
        most = fmaxf(most, g.most[r]);
        // A row that has seen no key yet has no largest score to subtract.
        float base = most == NEGATIVE_INFINITY ? 0.0f : most;
        keep[r] = __expf(g.most[r] - base);
        g.most[r] = most;
        float sum = 0;
        for (int n = 0; n < 2; n++)
        {
            for (int i = 0; i < 2; i++)
            {
                float weight = __expf(scores[n][2 * r + i] - base);
                scores[n][2 * r + i] = weight;
                sum += weight;
            }
        }
        sum += __shfl_xor_sync(FULL_WARP, sum, 1);
        sum += __shfl_xor_sync(FULL_WARP, sum, 2);
        g.sum[r] = g.sum[r] * keep[r] + sum;
    }
    u32 weights[4] = {pack(scores[0][0], scores[0][1]), pack(scores[0][2], scores[0][3]), pack(scores[1][0], scores[1][1]), pack(scores[1][2], scores[1][3])};
    int lane = threadIdx.x % WARP;
    const elem* row = values + (lane / 8 % 2 * 8 + lane % 8) * TILE_STRIDE + lane / 16 * 8;
    for (int c = 0; c < CHUNKS; c++)
    {
        u32 b[4];
        load_matrix_x4_transposed(b, row + c * 16);
        for (int n = 0; n < 2; n++)
        {
            float* out = g.out[2 * c + n];
            out[0] *= keep[0];
            out[1] *= keep[0];
            out[2] *= keep[1];
            out[3] *= keep[1];
            mma_16x8x16(out, weights, b + 2 * n);
        }
    }
}
