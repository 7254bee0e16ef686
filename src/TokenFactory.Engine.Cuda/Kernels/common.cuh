// What every kernel shares: types, number formats, warp collectives. NVRTC compiles it for a device. With CUDA_EMU a host compiler does,
// after cuda_host.h, which gives the built-ins and the collectives at the end of this file a host meaning.
//
// Conventions of all kernels
// - Activations are row-major [tokens, width] of `elem`: bf16, or fp16 with ELEMENT_F16. Arithmetic is in float.
// - All shared memory is dynamic (DYN_SHARED); blocks are whole warps; every collective names the whole warp.
// - A KV block holds BLOCK_SIZE tokens of one layer as [KV head][token][head size], keys and values apart.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;
typedef u16 elem;

#define FULL_WARP 0xffffffffu
#define WARP 32
#define ROUND_UP(x, multiple) (((x) + (multiple) - 1) / (multiple) * (multiple))
#define NEGATIVE_INFINITY (__int_as_float(0xff800000))

// Number formats. bf16 and fp16 are carried as their bits; conversions round to nearest, ties to even.
#ifndef CUDA_EMU
#define KERNEL(name) extern "C" __global__ void name
#define DEVICE static __device__ __forceinline__
#define DYN_SHARED(type, name) extern __shared__ __align__(16) u8 dynamic_shared[]; type* name = (type*)dynamic_shared

DEVICE float bf16_to_float(u16 x) { return __uint_as_float((u32)x << 16); }
DEVICE u16 float_to_bf16(float x) { u16 r; asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r) : "f"(x)); return r; }
DEVICE float f16_to_float(u16 x) { float r; asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x)); return r; }
DEVICE u16 float_to_f16(float x) { u16 r; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r) : "f"(x)); return r; }
#endif

#ifdef ELEMENT_F16
DEVICE float to_float(elem x) { return f16_to_float(x); }
DEVICE elem to_elem(float x) { return float_to_f16(x); }
#else
DEVICE float to_float(elem x) { return bf16_to_float(x); }
DEVICE elem to_elem(float x) { return float_to_bf16(x); }
#endif

// Two elements as they lie in memory, lower index in the lower half.
DEVICE u32 pack(float low, float high) { return (u32)to_elem(low) | ((u32)to_elem(high) << 16); }
DEVICE float low_float(u32 two) { return to_float((elem)(two & 0xffff)); }
DEVICE float high_float(u32 two) { return to_float((elem)(two >> 16)); }

// FP8 E4M3 (4 bits of exponent with bias 7, 3 of mantissa, no infinity, largest 448): Micikevicius et al., arXiv 2209.05433.
#define E4M3_MAX 448.0f

DEVICE float e4m3_to_float(u8 x)
{
    u32 magnitude = x & 0x7f;
    float value = magnitude >= 8 ? __uint_as_float((magnitude << 20) + (120u << 23)) : (float)magnitude * 0.001953125f;
    return magnitude == 0x7f ? __int_as_float(0x7fc00000) : (x & 0x80) ? -value : value;
}

// Saturates at the largest value; NaN stays NaN.
DEVICE u8 float_to_e4m3(float x)
{
    u8 sign = (u8)((__float_as_uint(x) >> 24) & 0x80);
    float value = fabsf(x);
    if (!(value <= E4M3_MAX))
    {
        return sign | (value != value ? 0x7f : 0x7e);
    }
    if (value < 0.015625f)
    {
        return sign | (u8)rintf(value * 512.0f);
    }
    u32 bits = __float_as_uint(value);
    bits += 0x7ffff + ((bits >> 20) & 1);
    u32 rounded = (bits >> 20) - (120u << 3);
    return sign | (u8)(rounded > 0x7e ? 0x7e : rounded);
}

// Four E4M3 as they lie in memory, the lowest index in the lowest byte.
DEVICE void e4m3_to_floats(float numbers[4], u32 four)
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 890
#pragma unroll
    for (int i = 0; i < 2; i++)
    {
        u32 halves;
        asm("cvt.rn.f16x2.e4m3x2 %0, %1;" : "=r"(halves) : "h"((u16)(four >> (16 * i))));
        numbers[2 * i] = f16_to_float((u16)(halves & 0xffff));
        numbers[2 * i + 1] = f16_to_float((u16)(halves >> 16));
    }
#else
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
        numbers[i] = e4m3_to_float((u8)(four >> (8 * i)));
    }
#endif
}

DEVICE u32 floats_to_e4m3(const float numbers[4], float scale)
{
    u32 four = 0;
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
        four |= (u32)float_to_e4m3(numbers[i] / scale) << (8 * i);
    }
    return four;
}

// Four elements as they lie in memory.
DEVICE void unpack_four(float numbers[4], uint2 four)
{
    numbers[0] = low_float(four.x);
    numbers[1] = high_float(four.x);
    numbers[2] = low_float(four.y);
    numbers[3] = high_float(four.y);
}

DEVICE float largest_of(const float numbers[4]) { return fmaxf(fmaxf(fabsf(numbers[0]), fabsf(numbers[1])), fmaxf(fabsf(numbers[2]), fabsf(numbers[3]))); }

DEVICE float largest_of(uint2 four)
{
    float numbers[4];
    unpack_four(numbers, four);
    return largest_of(numbers);
}

DEVICE u32 elements_to_e4m3(uint2 four, float scale)
{
    float numbers[4];
    unpack_four(numbers, four);
    return floats_to_e4m3(numbers, scale);
}

// Collectives of a whole warp that no built-in gives. The emulated device has its own.
#ifndef CUDA_EMU
// d += a * b for a 16 x 16 tile a (row-major) and a 16 x 8 tile b (column-major) of elements; fragments as in the PTX ISA, mma.m16n8k16.
DEVICE void mma_16x8x16(float d[4], const u32 a[4], const u32 b[2])
{
#ifdef ELEMENT_F16
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#endif
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

DEVICE u32 shared_address(const void* p) { return (u32)__cvta_generic_to_shared(p); }

// Four 8 x 8 tiles of 16-bit elements; lane 8i + r names row r of tile i.
DEVICE void load_matrix_x4(u32 r[4], const void* row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
}

DEVICE void load_matrix_x4_transposed(u32 r[4], const void* row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
}

// Copies 16 bytes to shared memory beside the thread's other work; groups end with async_commit and are waited for by async_wait.
DEVICE void async_copy_16(void* shared, const void* global)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" : : "r"(shared_address(shared)), "l"(__cvta_generic_to_global(global)) : "memory");
}

DEVICE void async_commit() { asm volatile("cp.async.commit_group;" : : : "memory"); }

// Waits until at most `groups` of the thread's newest groups are under way.
template <int groups>
DEVICE void async_wait() { asm volatile("cp.async.wait_group %0;" : : "n"(groups) : "memory"); }
#endif

DEVICE float warp_sum(float x)
{
    for (int offset = WARP / 2; offset > 0; offset /= 2)
    {
        x += __shfl_xor_sync(FULL_WARP, x, offset);
    }
    return x;
}

DEVICE float warp_max(float x)
{
    for (int offset = WARP / 2; offset > 0; offset /= 2)
    {
        x = fmaxf(x, __shfl_xor_sync(FULL_WARP, x, offset));
    }
    return x;
}

// Puts each warp's number where all threads of the block find it, and returns how many there are. `scratch` holds a float a warp, and may be
// used again at once after they were read.
DEVICE int share_by_warp(float x, float* scratch)
{
    __syncthreads();
    if (threadIdx.x % WARP == 0)
    {
        scratch[threadIdx.x / WARP] = x;
    }
    __syncthreads();
    return (blockDim.x + WARP - 1) / WARP;
}

// The largest of the block; all threads get it. `scratch` holds a float a warp.
DEVICE float block_max(float x, float* scratch)
{
    int warps = share_by_warp(warp_max(x), scratch);
    float largest = scratch[0];
    for (int i = 1; i < warps; i++)
    {
        largest = fmaxf(largest, scratch[i]);
    }
    return largest;
}

// The sum over the block; all threads get it. `scratch` holds a float a warp.
DEVICE float block_sum(float x, float* scratch)
{
    int warps = share_by_warp(warp_sum(x), scratch);
    float sum = 0;
    for (int i = 0; i < warps; i++)
    {
        sum += scratch[i];
    }
    return sum;
}

// What a row whose largest magnitude is given is divided by before it becomes E4M3. A row of zeros gets 1.
DEVICE float e4m3_scale(float largest) { return largest > 0 ? largest / E4M3_MAX : 1.0f; }
