// Orders the (row, expert) pairs of a step by expert, and by number within one: a counting sort in which each block places the pairs of one
// expert. It cuts each expert's places into tiles, which are the work of expert_product.cu's blocks. No block waits for another, and the
// result does not depend on any order of theirs.
//
// choices: [pairs], the expert of each; order: [pairs], the pair in each place; places: [pairs], the place of each pair; tiles: [tiles][4] =
// expert, first place, places (at most tile_rows), unused; tile_count: [1].
// Launch: grid (experts), a block of whole warps, shared: an int an expert, and one a warp.
#include "common.cuh"

DEVICE int warp_total(int x)
{
    for (int offset = WARP / 2; offset > 0; offset /= 2)
    {
        x += __shfl_xor_sync(FULL_WARP, x, offset);
    }
    return x;
}

KERNEL(expert_order)(
    int* __restrict__ order, int* __restrict__ places, int* __restrict__ tiles, int* __restrict__ tile_count, const int* __restrict__ choices, int pairs,
    int tile_rows)
{
    DYN_SHARED(int, counts);
    int experts = gridDim.x, own = blockIdx.x, warps = blockDim.x / WARP, warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
    for (int i = threadIdx.x; i < experts; i += blockDim.x)
    {
        counts[i] = 0;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < pairs; i += blockDim.x)
    {
        atomicAdd(counts + choices[i], 1);
    }
    __syncthreads();

    int place = 0, tile = 0;
    for (int i = lane; i < own; i += WARP)
    {
        place += counts[i];
        tile += (counts[i] + tile_rows - 1) / tile_rows;
    }
    place = warp_total(place);
    tile = warp_total(tile);
    int end = place + counts[own], own_tiles = (counts[own] + tile_rows - 1) / tile_rows;
    for (int i = threadIdx.x; i < own_tiles; i += blockDim.x)
    {
        int* to = tiles + 4 * (tile + i);
        to[0] = own;
        to[1] = place + i * tile_rows;
        to[2] = min(tile_rows, end - place - i * tile_rows);
        to[3] = 0;
    }
    if (own == experts - 1 && threadIdx.x == 0)
    {
        *tile_count = tile + own_tiles;
    }

    int* of_warps = counts + experts;
    for (int first = 0; place < end; first += blockDim.x)
    {
        int pair = first + threadIdx.x;
        bool is_own = pair < pairs && choices[pair] == own;
        u32 votes = __ballot_sync(FULL_WARP, is_own);
        if (lane == 0)
        {
            of_warps[warp] = __popc(votes);
        }
        __syncthreads();
        int before = 0, all = 0;
        for (int i = 0; i < warps; i++)
        {
            before += i < warp ? of_warps[i] : 0;
            all += of_warps[i];
        }
        if (is_own)
        {
            int to = place + before + __popc(votes & ((1u << lane) - 1));
            order[to] = pair;
            places[pair] = to;
        }
        place += all;
        __syncthreads();
    }
}
