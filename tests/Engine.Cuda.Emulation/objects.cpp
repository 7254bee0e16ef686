// Counts what the driver and cuBLASLt have made and not yet taken back, beside device memory: pinned memory, streams, events, modules,
// graphs, handles, descriptions and layouts.
#include "driver.h"
#include <atomic>

namespace emu
{
namespace { std::atomic<long> live = 0; }

void count_objects(long change) { live += change; }
}

extern "C" __attribute__((visibility("default"))) long emu_live_objects() { return emu::live; }
