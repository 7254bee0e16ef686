// Gives the built-ins of CUDA C++ a host meaning. The emulated NVRTC puts this file before a kernel's own source and compiles both with the
// host's compiler, so that a kernel runs on the emulated device from the very text that it has on a real one. The functions are the
// emulator's own (fibers.cpp, collectives.cpp); a kernel's library finds them in the emulator that loads it.
#pragma once
#define CUDA_EMU 1
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

struct uint2 { unsigned x, y; };
struct uint4 { unsigned x, y, z, w; };
struct float2 { float x, y; };
struct float4 { float x, y, z, w; };
struct dim3 { unsigned x = 1, y = 1, z = 1; };

namespace emu
{
// Where the running thread is.
struct Place { dim3 thread, block, block_size, grid; };
extern "C" const Place* emu_place();
extern "C" void* emu_dynamic_shared();
extern "C" void emu_syncthreads();
extern "C" int emu_syncthreads_or(int predicate);
extern "C" void emu_syncwarp(unsigned mask);
extern "C" void emu_touch_atomic(const void* p, std::size_t bytes);

// Every lane of the mask gives eight bytes and reads those of another lane once all have given.
extern "C" unsigned long long emu_exchange(unsigned mask, unsigned long long value, int source);
extern "C" unsigned emu_ballot(unsigned mask, int predicate);

extern "C" void emu_mma_16x8x16(float* d, const unsigned* a, const unsigned* b, int is_f16);
extern "C" void emu_load_matrix_x4(unsigned* r, const void* row, int transposed);
extern "C" void emu_async_copy_16(void* shared, const void* global);
extern "C" void emu_async_commit();
extern "C" void emu_async_wait(int groups);

// Number formats, rounding to nearest, ties to even.
extern "C" unsigned short emu_float_to_bf16(float x);
extern "C" float emu_f16_to_float(unsigned short x);
extern "C" unsigned short emu_float_to_f16(float x);

template <class T>
T exchange(unsigned mask, T value, int source)
{
    static_assert(sizeof(T) <= 8);
    unsigned long long bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    bits = emu_exchange(mask, bits, source);
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}

inline int lane() { return (int)(emu_place()->thread.x & 31); }

// Calls a kernel with its arguments as cuLaunchKernel passes them: an array of pointers to them, whose reading is not the kernel's.
#define UNWATCHED __attribute__((no_sanitize("thread")))
template <class... A, std::size_t... I>
UNWATCHED void call(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) { kernel(*(std::remove_reference_t<A>*)arguments[I]...); }

// The sizes of a kernel's arguments, and a zero after them.
template <class F> struct Sizes;
template <class... A> struct Sizes<void (*)(A...)> { unsigned sizes[sizeof...(A) + 1] = {(unsigned)sizeof(A)..., 0}; };

template <class... A>
UNWATCHED void call(void (*kernel)(A...), void** arguments) { call(kernel, arguments, std::index_sequence_for<A...>{}); }
}

#define __global__
#define __device__
#define __forceinline__ inline
#define __restrict__
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define KERNEL(name) extern "C" void name
#define DEVICE static inline
#define DYN_SHARED(type, name) type* name = (type*)emu::emu_dynamic_shared()

#define threadIdx (emu::emu_place()->thread)
#define blockIdx (emu::emu_place()->block)
#define blockDim (emu::emu_place()->block_size)
#define gridDim (emu::emu_place()->grid)

#define __syncthreads() emu::emu_syncthreads()
#define __syncthreads_or(p) emu::emu_syncthreads_or(p)
#define __syncwarp(...) emu::emu_syncwarp(0xffffffffu)
#define __shfl_sync(mask, value, source) emu::exchange(mask, value, (source) & 31)
#define __shfl_xor_sync(mask, value, offset) emu::exchange(mask, value, emu::lane() ^ (offset))
#define __shfl_up_sync(mask, value, offset) emu::exchange(mask, value, emu::lane() >= (int)(offset) ? emu::lane() - (int)(offset) : emu::lane())
#define __shfl_down_sync(mask, value, offset) emu::exchange(mask, value, emu::lane() + (int)(offset) < 32 ? emu::lane() + (int)(offset) : emu::lane())
#define __ballot_sync(mask, predicate) emu::emu_ballot(mask, predicate)
#define __any_sync(mask, predicate) (emu::emu_ballot(mask, predicate) != 0)
#define __all_sync(mask, predicate) (emu::emu_ballot(mask, !(predicate)) == 0)
#define __popc(x) __builtin_popcount(x)
#define __ffs(x) __builtin_ffs(x)
#define __threadfence() asm volatile("" : : : "memory")
#define __ldg(p) (*(p))

static inline float __uint_as_float(unsigned x) { float f; std::memcpy(&f, &x, 4); return f; }
static inline float __int_as_float(int x) { float f; std::memcpy(&f, &x, 4); return f; }
static inline unsigned __float_as_uint(float x) { unsigned u; std::memcpy(&u, &x, 4); return u; }
static inline int __float_as_int(float x) { int i; std::memcpy(&i, &x, 4); return i; }
static inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
#define __expf(x) std::exp((float)(x))
#define __fdividef(x, y) ((float)(x) / (float)(y))
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)(((unsigned long long)a * b) >> 32); }
template <class T> static inline T min(T a, T b) { return b < a ? b : a; }
template <class T> static inline T max(T a, T b) { return a < b ? b : a; }

// The fibers of a block share a thread, so that plain arithmetic is atomic between them; blocks run one after another. The compiler's
// calls that find races would take these for plain accesses.
template <class T, class F> UNWATCHED __attribute__((noinline)) static T atomic(T* p, F next) { emu::emu_touch_atomic(p, sizeof(T)); T old = *p; *p = next(old); return old; }
template <class T, class V> static inline T atomicAdd(T* p, V x) { return atomic(p, [=](T old) { return (T)(old + (T)x); }); }
template <class T, class V> static inline T atomicMax(T* p, V x) { return atomic(p, [=](T old) { return old < (T)x ? (T)x : old; }); }
template <class T, class V> static inline T atomicMin(T* p, V x) { return atomic(p, [=](T old) { return (T)x < old ? (T)x : old; }); }
template <class T, class V> static inline T atomicExch(T* p, V x) { return atomic(p, [=](T) { return (T)x; }); }
template <class T, class V, class W> static inline T atomicCAS(T* p, V expected, W x) { return atomic(p, [=](T old) { return old == (T)expected ? (T)x : old; }); }
static inline unsigned atomicInc(unsigned* p, unsigned most) { return atomic(p, [=](unsigned old) { return old >= most ? 0 : old + 1; }); }

DEVICE float bf16_to_float(unsigned short x) { return __uint_as_float((unsigned)x << 16); }
DEVICE unsigned short float_to_bf16(float x) { return emu::emu_float_to_bf16(x); }
DEVICE float f16_to_float(unsigned short x) { return emu::emu_f16_to_float(x); }
DEVICE unsigned short float_to_f16(float x) { return emu::emu_float_to_f16(x); }
#ifdef ELEMENT_F16
#define mma_16x8x16(d, a, b) emu::emu_mma_16x8x16(d, a, b, 1)
#else
#define mma_16x8x16(d, a, b) emu::emu_mma_16x8x16(d, a, b, 0)
#endif
#define load_matrix_x4(r, row) emu::emu_load_matrix_x4(r, row, 0)
#define load_matrix_x4_transposed(r, row) emu::emu_load_matrix_x4(r, row, 1)
#define async_copy_16(shared, global) emu::emu_async_copy_16(shared, global)
#define async_commit() emu::emu_async_commit()
template <int groups> static inline void async_wait() { emu::emu_async_wait(groups); }
