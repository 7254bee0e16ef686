// Device memory: every allocation ends right before a page that nothing may touch and begins after another, so that the first byte
// outside is a fault and not another buffer's. New memory is poisoned.
#include "emulator.h"
#include <cstring>
#include <map>
#include <mutex>
#include <sys/mman.h>

namespace emu
{
namespace
{
constexpr size_t Page = 4096;
// The least that the driver promises; kernels rely on 16.
constexpr size_t Alignment = 256;

struct Region { char* base; size_t mapped, bytes; };

std::mutex lock;
std::map<char*, Region> regions;
size_t used = 0, taken = 0, most = (size_t)8 << 30;

std::map<char*, Region>::iterator find(const void* p)
{
    auto next = regions.upper_bound((char*)p);
    if (next == regions.begin())
    {
        return regions.end();
    }
    --next;
    return (char*)p < next->first + next->second.bytes ? next : regions.end();
}
}

void* allocate(size_t bytes)
{
    std::lock_guard guard(lock);
    size_t body = (bytes + Page - 1) / Page * Page, mapped = body + 2 * Page;
    if (bytes == 0 || used + taken + bytes > most)
    {
        return nullptr;
    }
    char* base = (char*)mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
    {
        return nullptr;
    }
    mprotect(base + Page, body, PROT_READ | PROT_WRITE);
    // Where the size is no multiple of the alignment, the first bytes after the end are not seen; sizes of ours are multiples of 16.
    size_t alignment = bytes % Alignment == 0 ? Alignment : 16;
    char* start = (char*)((uintptr_t)(base + Page + body - bytes) & ~(uintptr_t)(alignment - 1));
    if (bytes <= ((size_t)64 << 20))
    {
        std::memset(base + Page, 0xCD, body);
    }
    regions[start] = {base, mapped, bytes};
    used += bytes;
    return start;
}

bool release(void* p)
{
    std::lock_guard guard(lock);
    auto region = regions.find((char*)p);
    if (region == regions.end())
    {
        return false;
    }
    used -= region->second.bytes;
    munmap(region->second.base, region->second.mapped);
    regions.erase(region);
    return true;
}

size_t room(const void* p)
{
    std::lock_guard guard(lock);
    auto region = find(p);
    return region == regions.end() ? 0 : (size_t)(region->first + region->second.bytes - (char*)p);
}

size_t allocated_bytes()
{
    std::lock_guard guard(lock);
    return used + taken;
}

void take(size_t bytes)
{
    std::lock_guard guard(lock);
    taken += bytes;
}

void give_back()
{
    std::lock_guard guard(lock);
    taken = 0;
}

void limit_memory(size_t bytes) { most = bytes; }

size_t memory_limit() { return most; }
}
