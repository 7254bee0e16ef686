// Rows times the matrices of their experts, on tensor cores: a grouped product whose groups the device itself has made (expert_order.cu). A
// block takes a tile of one expert's places and some of its outputs; what it multiplies arrives in STAGES parts of shared memory while
// earlier parts are worked on. Blocks beyond the last tile leave at once, so that a launch depends on nothing but the step's size.
//
// With GATED: out = activation(gate) * up, where [gate, up] = x * w^T + bias; x: [rows, inputs], gathered: the place's pair is order[place], its
// row that over `chosen`; w: [experts, 2 * outputs, inputs], gates first; bias: [experts, 2 * outputs]. With GATE_LIMIT it is, as gpt-oss has it,
// g * sigmoid(1.702 * g) * (u + 1) where g = min(gate, limit) and u = up within -limit and limit.
// Else: out = x * w^T + bias; x: [places, inputs]; w: [experts, outputs, inputs]; bias: [experts, outputs].
// out: [places, outputs]; bias is null for none; inputs is a multiple of 8, outputs even.
// Launch: grid (most tiles, outputs / outputs of a block, rounded up), 4 warps, shared: STAGES * (TILE_ROWS + TILE_COLUMNS) rows of STRIDE.
// TILE_ROWS and TILE_COLUMNS are multiples of 16 and of 64. With GATED a block has TILE_COLUMNS / 2 outputs, else TILE_COLUMNS.
#include "gate.cuh"

#define WARPS 4
#define STEP 64
// Longer than the numbers, so that eight rows lie in different banks.
#define STRIDE (STEP + 8)
#define STAGE_ELEMENTS ((TILE_ROWS + TILE_COLUMNS) * STRIDE)
#define ROW_TILES (TILE_ROWS / 16)
// Tiles of 8 columns that a warp computes.
#define COLUMN_TILES (TILE_COLUMNS / WARPS / 8)
// A thread copies 8 numbers of every 16th row.
#define THREADS_OF_ROW (STEP / 8)
#define ROWS_AT_ONCE (WARPS * WARP / THREADS_OF_ROW)

#ifdef GATED
#define OUTPUT_TILES (COLUMN_TILES / 2)
#define MATRIX_ROWS (2 * outputs)
#else
#define OUTPUT_TILES COLUMN_TILES
#define MATRIX_ROWS outputs
#endif

// The first of a warp's outputs.
DEVICE int first_output(int warp) { return (blockIdx.y * WARPS + warp) * OUTPUT_TILES * 8; }

// The row of an expert's matrix that is row i of the tile. A warp's rows are its gates and then its ups, so that it has both of an output. Rows
// beyond the last are the last again.
DEVICE int matrix_row(int i, int outputs)
{
    int within = i % (COLUMN_TILES * 8), output = first_output(i / (COLUMN_TILES * 8)) + within % (OUTPUT_TILES * 8);
    return min(output, outputs - 1) + within / (OUTPUT_TILES * 8) * outputs;
}

// Brings STEP numbers of each row from number `first` on; those beyond a row's end are zeros. In place of a null row nothing is brought: what
// comes of it is not written.
template <int count>
DEVICE void load_rows(elem* to, const elem* const (&rows)[count], int first, int inputs)
{
    int column = threadIdx.x % THREADS_OF_ROW * 8;
#pragma unroll
    for (int i = 0; i < count; i++)
    {
        elem* place = to + (threadIdx.x / THREADS_OF_ROW + i * ROWS_AT_ONCE) * STRIDE + column;
        if (!rows[i])
        {
            continue;
        }
        if (first + column < inputs)
        {
            async_copy_16(place, rows[i] + first + column);
        }
        else
        {
            *(uint4*)place = uint4{0, 0, 0, 0};
        }
    }
}

DEVICE void multiply(float (&sums)[ROW_TILES][COLUMN_TILES][4], const elem* rows, const elem* columns)
{
    int lane = threadIdx.x % WARP;
    rows += lane % 16 * STRIDE + lane / 16 * 8;
    columns += (threadIdx.x / WARP * COLUMN_TILES * 8 + lane / 16 * 8 + lane % 8) * STRIDE + lane / 8 % 2 * 8;
#pragma unroll
    for (int k = 0; k < STEP; k += 16)
    {
        u32 a[ROW_TILES][4];
#pragma unroll
        for (int m = 0; m < ROW_TILES; m++)
        {
            load_matrix_x4(a[m], rows + m * 16 * STRIDE + k);
        }
#pragma unroll
        for (int n = 0; n < COLUMN_TILES; n += 2)
        {
            u32 b[4];
            load_matrix_x4(b, columns + n * 8 * STRIDE + k);
#pragma unroll
            for (int m = 0; m < ROW_TILES; m++)
            {
                mma_16x8x16(sums[m][n], a[m], b);
                mma_16x8x16(sums[m][n + 1], a[m], b + 2);
            }
        }
    }
}

#ifdef GATED
DEVICE float gated(float gate, float up, float limit)
{
#ifdef GATE_LIMIT
    float g = fminf(gate, limit), u = fminf(fmaxf(up, -limit), limit);
    return g / (1.0f + expf(-1.702f * g)) * (u + 1.0f);
#else
    return activate(gate) * up;
#endif
}
#endif

KERNEL(expert_product)(
    elem* __restrict__ out, const elem* __restrict__ x, const elem* __restrict__ w, const elem* __restrict__ bias, const int* __restrict__ order,
    const int* __restrict__ tiles, const int* __restrict__ tile_count, int inputs, int outputs, int chosen, float limit)
{
    DYN_SHARED(elem, shared);
    if ((int)blockIdx.x >= *tile_count)
    {
        return;
    }
    int expert = tiles[4 * blockIdx.x], place = tiles[4 * blockIdx.x + 1], count = tiles[4 * blockIdx.x + 2];
    const elem* rows[TILE_ROWS / ROWS_AT_ONCE];
    const elem* columns[TILE_COLUMNS / ROWS_AT_ONCE];
    for (int i = 0; i < TILE_ROWS / ROWS_AT_ONCE; i++)
    {
        int row = threadIdx.x / THREADS_OF_ROW + i * ROWS_AT_ONCE;
#ifdef GATED
        rows[i] = row < count ? x + (i64)(order[place + row] / chosen) * inputs : 0;
#else
        rows[i] = row < count ? x + (i64)(place + row) * inputs : 0;
#endif
    }
    for (int i = 0; i < TILE_COLUMNS / ROWS_AT_ONCE; i++)
    {
        columns[i] = w + ((i64)expert * MATRIX_ROWS + matrix_row(threadIdx.x / THREADS_OF_ROW + i * ROWS_AT_ONCE, outputs)) * inputs;
    }

    float sums[ROW_TILES][COLUMN_TILES][4] = {};
    int steps = (inputs + STEP - 1) / STEP;
    for (int ahead = 0; ahead < STAGES - 1; ahead++)
    {
        if (ahead < steps)
        {
            load_rows(shared + ahead * STAGE_ELEMENTS, rows, ahead * STEP, inputs);
            load_rows(shared + ahead * STAGE_ELEMENTS + TILE_ROWS * STRIDE, columns, ahead * STEP, inputs);
        }
        async_commit();
    }
    for (int step = 0; step < steps; step++)
    {
        async_wait<STAGES - 2>();
        // All have what they waited for, and nobody reads the stage any more that is filled next.
        __syncthreads();
        int ahead = step + STAGES - 1;
        if (ahead < steps)
        {
            elem* to = shared + ahead % STAGES * STAGE_ELEMENTS;
            load_rows(to, rows, ahead * STEP, inputs);
            load_rows(to + TILE_ROWS * STRIDE, columns, ahead * STEP, inputs);
        }
        async_commit();
        const elem* ready = shared + step % STAGES * STAGE_ELEMENTS;
        multiply(sums, ready, ready + TILE_ROWS * STRIDE);
    }

    int lane = threadIdx.x % WARP, first = first_output(threadIdx.x / WARP) + lane % 4 * 2;
    const elem* biases = bias ? bias + (i64)expert * MATRIX_ROWS : 0;
#pragma unroll
    for (int n = 0; n < OUTPUT_TILES; n++)
    {
        int output = first + n * 8;
        if (output >= outputs)
        {
            break;
        }
        u32 two = biases ? *(const u32*)(biases + output) : 0;
#ifdef GATED
        u32 two_up = biases ? *(const u32*)(biases + outputs + output) : 0;
#endif
#pragma unroll
        for (int i = 0; i < 2 * ROW_TILES; i++)
        {
            int row = i * 8 + lane / 4;
            const float* sum = sums[i / 2][n] + i % 2 * 2;
            float low = sum[0] + low_float(two), high = sum[1] + high_float(two);
#ifdef GATED
            const float* up = sums[i / 2][n + OUTPUT_TILES] + i % 2 * 2;
            low = gated(low, up[0] + low_float(two_up), limit);
            high = gated(high, up[1] + high_float(two_up), limit);
#endif
            if (row < count)
            {
                *(u32*)(out + (i64)(place + row) * outputs + output) = pack(low, high);
            }
        }
    }
}
