// Finds races in shared memory: two threads touch the same byte, one of them writing, with no barrier of the block, or of their warp,
// between. Kernels are compiled with the calls that g++ makes for -fsanitize=thread; these are the functions that they call. Like that
// sanitizer (Serebryany and Iskhodzhanov, WBIA 2009) it keeps for each byte who wrote last and two of those who have read since.
// The same calls count the bytes of device memory that threads ask for.
#include "races.h"
#include "emulator.h"
#include <string>
#include <vector>

namespace emu
{
Watch watch;

namespace
{
constexpr int Warp = 32;

struct Stamp { int16_t thread = -1; bool is_atomic = false; uint32_t barriers = 0, warp_barriers = 0; };

struct Byte { Stamp write, reads[2]; };

std::vector<Byte> bytes;
size_t touched = 0;

// Whether what a stamp tells of is known to have happened before what the running thread does now.
bool is_before(const Stamp& then)
{
    return then.thread < 0 || then.thread == watch.thread || then.barriers != watch.barriers
        || (then.thread / Warp == watch.thread / Warp && then.warp_barriers != watch.warp_barriers);
}

[[noreturn]] void report(const Stamp& then, size_t at, const char* what)
{
    fail("a race: threads " + std::to_string(then.thread) + " and " + std::to_string(watch.thread) + " touch byte " + std::to_string(at)
        + " of shared memory with no barrier between; the first " + what);
}

void remember_read(Byte& byte, const Stamp& now)
{
    if (is_before(byte.reads[0]))
    {
        byte.reads[0] = now;
    }
    // The second is one of another warp where there is one: barriers of a warp do not order it.
    else if (is_before(byte.reads[1]) || (byte.reads[1].thread / Warp == byte.reads[0].thread / Warp && now.thread / Warp != byte.reads[0].thread / Warp))
    {
        byte.reads[1] = now;
    }
}

void touch_shared(size_t at, size_t count, Access access)
{
    if (bytes.size() < watch.shared_bytes)
    {
        bytes.resize(watch.shared_bytes);
    }
    Stamp now{(int16_t)watch.thread, access == Access::Atomic, watch.barriers, watch.warp_barriers};
    for (size_t end = at + count; at < end && at < watch.shared_bytes; at++)
    {
        Byte& byte = bytes[at];
        if (!is_before(byte.write) && !(byte.write.is_atomic && now.is_atomic))
        {
            report(byte.write, at, access == Access::Read ? "writes, the second reads" : "writes, and so does the second");
        }
        if (access == Access::Read)
        {
            remember_read(byte, now);
            continue;
        }
        for (const Stamp& read : byte.reads)
        {
            if (!is_before(read))
            {
                report(read, at, "reads, the second writes");
            }
        }
        byte.write = now;
    }
}

bool is_within(const void* p, const char* begin, size_t size) { return (size_t)((const char*)p - begin) < size; }
}

void touch(const void* p, size_t count, Access access)
{
    if (is_within(p, watch.shared, watch.shared_bytes))
    {
        touch_shared((size_t)((const char*)p - watch.shared), count, access);
    }
    else if (!is_within(p, watch.stack, watch.stack_bytes) && !is_within(p, watch.places, watch.places_bytes))
    {
        touched += count;
    }
}

size_t touched_bytes() { return touched; }
void forget_touched_bytes() { touched = 0; }

extern "C" void emu_touch_atomic(const void* p, size_t count) { touch(p, count, Access::Atomic); }
}

using emu::Access;
using emu::touch;

#define API extern "C" __attribute__((visibility("default")))
#define SIZE(n) \
    API void __tsan_read##n(void* p) { touch(p, n, Access::Read); } \
    API void __tsan_write##n(void* p) { touch(p, n, Access::Write); } \
    API void __tsan_unaligned_read##n(void* p) { touch(p, n, Access::Read); } \
    API void __tsan_unaligned_write##n(void* p) { touch(p, n, Access::Write); }
SIZE(1)
SIZE(2)
SIZE(4)
SIZE(8)
SIZE(16)
API void __tsan_read_range(void* p, size_t bytes) { touch(p, bytes, Access::Read); }
API void __tsan_write_range(void* p, size_t bytes) { touch(p, bytes, Access::Write); }
API void __tsan_init() {}
