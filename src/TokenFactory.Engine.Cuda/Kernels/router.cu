// Chooses experts for rows: logits = x * w^T + bias, the `chosen` largest of each row, of equal ones the first, and their weights: the softmax
// over the chosen logits with NORMALISES, else the chosen part of that over all.
//
// x: [rows, width], normed; w: [experts, width]; bias: [experts], null for none; choices, weights: [rows, chosen], the largest first. width is a
// multiple of 8, experts at most 1024, chosen at most 32. Choices are distinct and name experts whatever the numbers are.
// Launch: grid (rows / ROWS, rounded up), a block of at least ROWS warps, shared: a float an expert for each of ROWS rows. ROWS rows share
// what is read of w.
#include "common.cuh"

#define EIGHT 8
#define NONE 0x7fffffff

DEVICE float dot_two(u32 a, u32 b) { return low_float(a) * low_float(b) + high_float(a) * high_float(b); }

DEVICE float dot_eight(uint4 a, uint4 b) { return dot_two(a.x, b.x) + dot_two(a.y, b.y) + dot_two(a.z, b.z) + dot_two(a.w, b.w); }

// A warp's choice for one row. A lane looks after every 32nd expert, and keeps the choice of its own number.
DEVICE void choose(const float* logits, int experts, int chosen, int* choices, float* weights)
{
    int lane = threadIdx.x % WARP, mine = NONE;
    u32 taken = 0;
    float most = 0;
    for (int n = 0; n < chosen; n++)
    {
        float best = NEGATIVE_INFINITY;
        int which = NONE;
        for (int expert = lane, i = 0; expert < experts; expert += WARP, i++)
        {
            float logit = logits[expert];
            if (!(taken >> i & 1) && (which == NONE || logit > best))
            {
                // What is no number is chosen last.
                best = logit == logit ? logit : NEGATIVE_INFINITY;
                which = expert;
            }
        }
        for (int offset = WARP / 2; offset > 0; offset /= 2)
        {
            float other = __shfl_xor_sync(FULL_WARP, best, offset);
            int its = __shfl_xor_sync(FULL_WARP, which, offset);
            bool is_better = other > best || (other == best && its < which);
            best = is_better ? other : best;
            which = is_better ? its : which;
        }
        taken |= which % WARP == lane ? 1u << which / WARP : 0;
        most = n == 0 ? best : most;
        mine = n == lane ? which : mine;
    }
    float weight = lane < chosen ? expf(logits[mine] - most) : 0.0f;
#ifdef NORMALISES
    float sum = warp_sum(weight);
#else
    float sum = 0;
    for (int expert = lane; expert < experts; expert += WARP)
    {
        sum += expf(logits[expert] - most);
    }
    sum = warp_sum(sum);
#endif
    if (lane < chosen)
    {
        choices[lane] = mine;
        weights[lane] = weight / sum;
    }
}

KERNEL(router)(
    int* __restrict__ choices, float* __restrict__ weights, const elem* __restrict__ x, const elem* __restrict__ w, const elem* __restrict__ bias, int rows,
    int width, int experts, int chosen)
{
    DYN_SHARED(float, logits);
    int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP, first = blockIdx.x * ROWS;
    for (int expert = warp; expert < experts; expert += blockDim.x / WARP)
    {
        const elem* from = w + (i64)expert * width;
        float sums[ROWS] = {};
        for (int i = lane * EIGHT; i < width; i += WARP * EIGHT)
        {
            uint4 numbers = *(const uint4*)(from + i);
#pragma unroll
            for (int row = 0; row < ROWS; row++)
            {
                // Rows beyond the last are the last again.
                sums[row] += dot_eight(*(const uint4*)(x + (i64)min(first + row, rows - 1) * width + i), numbers);
            }
        }
#pragma unroll
        for (int row = 0; row < ROWS; row++)
        {
            float sum = warp_sum(sums[row]);
            if (lane == 0)
            {
                logits[row * experts + expert] = sum + (bias ? to_float(bias[expert]) : 0.0f);
            }
        }
    }
    __syncthreads();
    if (warp < ROWS && first + warp < rows)
    {
        i64 at = (i64)(first + warp) * chosen;
        choose(logits + warp * experts, experts, chosen, choices + at, weights + at);
    }
}
