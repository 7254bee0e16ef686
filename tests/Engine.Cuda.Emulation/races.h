// What races.cpp needs to know of the running thread, and what it watches.
#pragma once
#include <cstddef>
#include <cstdint>

namespace emu
{
// Kept by fibers.cpp. Barriers are those of the block, warp barriers those of the running thread's warp; both only ever grow.
struct Watch
{
    const char* shared = nullptr;
    size_t shared_bytes = 0;
    const char* stack = nullptr;
    size_t stack_bytes = 0;
    const char* places = nullptr;
    size_t places_bytes = 0;
    int thread = 0;
    uint32_t barriers = 0;
    uint32_t warp_barriers = 0;
};

extern Watch watch;

enum class Access { Read, Write, Atomic };

// Says that the running thread touches memory. A race ends the launch.
void touch(const void* p, size_t bytes, Access access);

size_t touched_bytes();
void forget_touched_bytes();
}
