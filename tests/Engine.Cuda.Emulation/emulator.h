// What the parts of the emulator know of one another.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace emu
{
struct dim3 { unsigned x = 1, y = 1, z = 1; };

// As cuda_host.h has it: where the running thread is.
struct Place { dim3 thread, block, block_size, grid; };

// fibers.cpp: runs a kernel, block after block, each thread a fiber. Returns what went wrong in words; empty where nothing did.
std::string run_grid(void (*kernel)(void**), void** arguments, dim3 grid, dim3 block, unsigned shared_bytes);

// Seeds the order in which fibers take turns; each launch goes on from there.
void seed_order(uint64_t seed);

// For collectives: blocks the running fiber until all lanes of its warp have come to the same collective.
// `kind` names the collective; lanes that meet in different ones are a defect of the kernel.
constexpr int WarpBarrier = 0;
constexpr size_t SlotBytes = 64;
void meet(unsigned mask, int kind, const void* give, size_t size);

// What the lanes gave to the collective that was met last, SlotBytes apart. The memory holds until a lane's next but one.
const char* given();
int running_lane();

// Breaks the running launch off with words about why; does not return.
[[noreturn]] void fail(const std::string& why);

// memory.cpp: memory between pages that nothing may touch, its last byte right before one of them.
void* allocate(size_t bytes);
bool release(void* p);
// The size of an allocation that a pointer lies in, counted from the pointer; 0 where it lies in none.
size_t room(const void* p);
size_t allocated_bytes();
// Takes memory as a driver does for its own ends; gives back all of it.
void take(size_t bytes);
void give_back();
void limit_memory(size_t bytes);
size_t memory_limit();
}
