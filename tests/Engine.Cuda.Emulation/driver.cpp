// The driver API as far as the executor calls it. Streams do their work at once, in the order of the calls; capturing streams record it, and
// a graph does it at each launch. An error of a kernel stays, as on a device: every later call for that device gives it too, until all is reset.
#include "driver.h"
#include "emulator.h"
#include "races.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <utility>
#include <unistd.h>
#include <elf.h>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace emu
{
namespace
{
using Work = std::function<Result()>;

struct Graph { std::vector<Work> work; };
struct Stream { Graph* recording = nullptr; };
struct Event { std::chrono::steady_clock::time_point at; };
struct Function { void (*entry)(void**); std::string name; std::vector<size_t> sizes; bool is_loaded = false; };
// The file stays open as long as its library: the loader knows libraries by their paths, and a path names a number that is free again.
struct Module { void* library; int file; std::vector<Function*> functions; };
struct Order { std::string function; Result code; int after, device; };

std::recursive_mutex lock;
bool initialized = false, null_cost = false;
// A process of its own cannot be told otherwise than by its environment.
int devices = std::getenv("CUDA_EMULATED_DEVICES") ? std::atoi(std::getenv("CUDA_EMULATED_DEVICES")) : 1;
constexpr int MostDevices = 16, AnyDevice = -1;
Result lost[MostDevices] = {};
// The device of the context that the calling thread entered last.
thread_local int current = 0;
std::string last_words;
std::vector<Order> orders;
std::map<std::string, long> launches;
size_t moved_bytes = 0;
Stream default_stream;

Stream* stream_of(void* handle) { return handle ? (Stream*)handle : &default_stream; }

// What every call begins with.
Result enter(const char* function)
{
    if (Result ordered = ordered_failure(function))
    {
        if (ordered == IllegalAddress || ordered == LaunchFailed || ordered == Unknown)
        {
            lost[current] = ordered;
        }
        return ordered;
    }
    return !initialized ? NotInitialized : lost[current];
}

Result run(const Work& work)
{
    if (lost[current])
    {
        return lost[current];
    }
    Result result = work();
    if (result == IllegalAddress || result == LaunchFailed)
    {
        lost[current] = result;
    }
    return result;
}

Result check_device(const void* p, size_t bytes)
{
    if (room(p) < bytes)
    {
        remember("a copy or fill of " + std::to_string(bytes) + " bytes leaves its allocation, which has " + std::to_string(room(p)) + " left");
        return InvalidValue;
    }
    return Success;
}

size_t image_bytes(const void* image)
{
    const Elf64_Ehdr* header = (const Elf64_Ehdr*)image;
    return std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 ? header->e_shoff + (size_t)header->e_shnum * header->e_shentsize : 0;
}
}

Result enqueue(void* handle, Work work)
{
    std::lock_guard guard(lock);
    Stream* stream = stream_of(handle);
    if (stream->recording)
    {
        stream->recording->work.push_back(std::move(work));
        return Success;
    }
    return run(work);
}

bool is_null() { return null_cost; }
void count_bytes(size_t bytes) { moved_bytes += bytes; }
void count_launch(const char* name) { launches[name]++; note_launch(name); }
void remember(const std::string& words) { last_words = words; }

Result ordered_failure(const char* function)
{
    for (auto order = orders.begin(); order != orders.end(); ++order)
    {
        if (order->function == function && (order->device == AnyDevice || order->device == current) && order->after-- == 0)
        {
            Result code = order->code;
            orders.erase(order);
            return code;
        }
    }
    return Success;
}
}

using namespace emu;

// ---- What tests order and ask ----
API void emu_reset()
{
    std::lock_guard guard(lock);
    std::fill(std::begin(lost), std::end(lost), Success);
    orders.clear();
    launches.clear();
    moved_bytes = 0;
    forget_touched_bytes();
    last_words.clear();
    null_cost = false;
    reset_controls();
    devices = 1;
    limit_memory((size_t)8 << 30);
}

API void emu_seed(unsigned long long seed) { seed_order(seed); }
// From now on kernels, products and graphs do nothing and cost next to nothing, and what is downloaded is zeros: the host's part of a step alone.
API void emu_set_null(int on) { null_cost = on; }
API void emu_set_devices(int count) { devices = count; }
API void emu_set_memory(size_t bytes) { limit_memory(bytes); }
API size_t emu_allocated_bytes() { return allocated_bytes(); }
API size_t emu_moved_bytes() { return moved_bytes; }
API size_t emu_touched_bytes() { return touched_bytes(); }
API long emu_launches(const char* name)
{
    std::lock_guard guard(lock);
    if (!*name)
    {
        long all = 0;
        for (const auto& [_, count] : launches)
        {
            all += count;
        }
        return all;
    }
    auto found = launches.find(name);
    return found == launches.end() ? 0 : found->second;
}
API void emu_fail(const char* function, int code, int after, int device)
{
    std::lock_guard guard(lock);
    orders.push_back({function, (Result)code, after, device});
}
API const char* emu_last_words() { return last_words.c_str(); }

// ---- The driver ----
#define ENTER() std::lock_guard guard(lock); if (Result bad = enter(__func__)) return bad

API int cuInit(unsigned)
{
    std::lock_guard guard(lock);
    if (Result ordered = ordered_failure("cuInit"))
    {
        return ordered;
    }
    if (devices == 0)
    {
        return NoDevice;
    }
    initialized = true;
    return Success;
}

API int cuDriverGetVersion(int* version) { *version = 13000; return ordered_failure("cuDriverGetVersion"); }
API int cuDeviceGetCount(int* count) { ENTER(); *count = devices; return Success; }
API int cuDeviceGet(int* device, int ordinal) { ENTER(); *device = ordinal; return ordinal < std::min(devices, MostDevices) ? Success : InvalidValue; }
API int cuDeviceGetName(char* name, int length, int device) { ENTER(); std::snprintf(name, (size_t)length, "Emulated device %d", device); return Success; }
API int cuDeviceTotalMem_v2(size_t* bytes, int) { ENTER(); *bytes = memory_limit(); return Success; }

API int cuDeviceGetAttribute(int* value, int attribute, int)
{
    ENTER();
    switch (attribute)
    {
        case 16: *value = 4; break;            // MULTIPROCESSOR_COUNT
        case 75: *value = compute_capability() / 10; break;  // COMPUTE_CAPABILITY_MAJOR
        case 76: *value = compute_capability() % 10; break;  // COMPUTE_CAPABILITY_MINOR
        case 97: *value = 232448; break;       // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
        default: *value = 0; break;
    }
    return Success;
}

API int cuDevicePrimaryCtxRetain(void** context, int device) { ENTER(); *context = (void*)(uintptr_t)(device + 1); return Success; }
API int cuDevicePrimaryCtxRelease_v2(int) { return Success; }
API int cuCtxSetCurrent(void* context) { current = (int)(uintptr_t)context - 1; ENTER(); return Success; }
API int cuCtxSynchronize() { ENTER(); return Success; }

API int cuMemGetInfo_v2(size_t* free, size_t* total)
{
    ENTER();
    *total = memory_limit();
    *free = *total - std::min(*total, allocated_bytes());
    return Success;
}

API int cuMemAlloc_v2(unsigned long long* p, size_t bytes)
{
    ENTER();
    *p = (unsigned long long)allocate(bytes);
    return *p ? Success : bytes == 0 ? InvalidValue : OutOfMemory;
}

API int cuMemFree_v2(unsigned long long p) { std::lock_guard guard(lock); return p == 0 || release((void*)p) ? Success : InvalidValue; }

API int cuMemHostAlloc(void** p, size_t bytes, unsigned)
{
    ENTER();
    *p = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    count_objects(*p ? 1 : 0);
    return *p ? Success : OutOfMemory;
}

API int cuMemFreeHost(void* p) { std::free(p); count_objects(-1); return Success; }

API int cuMemcpyHtoDAsync_v2(unsigned long long to, const void* from, size_t bytes, void* stream)
{
    ENTER();
    if (Result bad = check_device((void*)to, bytes))
    {
        return bad;
    }
    count_launch("upload");
    return enqueue(stream, [=] { std::memcpy((void*)to, from, bytes); return Success; });
}

API int cuMemcpyDtoHAsync_v2(void* to, unsigned long long from, size_t bytes, void* stream)
{
    ENTER();
    if (Result bad = check_device((void*)from, bytes))
    {
        return bad;
    }
    if (is_null())
    {
        std::memset(to, 0, bytes);
        return Success;
    }
    count_launch("download");
    return enqueue(stream, [=] { std::memcpy(to, (void*)from, bytes); return Success; });
}

API int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, void* stream)
{
    ENTER();
    if (check_device((void*)from, bytes) || check_device((void*)to, bytes))
    {
        return InvalidValue;
    }
    return enqueue(stream, [=] { std::memmove((void*)to, (void*)from, bytes); return Success; });
}

API int cuMemsetD8Async(unsigned long long to, unsigned char value, size_t bytes, void* stream)
{
    ENTER();
    if (Result bad = check_device((void*)to, bytes))
    {
        return bad;
    }
    return enqueue(stream, [=] { std::memset((void*)to, value, bytes); return Success; });
}

API int cuStreamCreate(void** stream, unsigned) { ENTER(); *stream = new Stream; count_objects(1); return Success; }
API int cuStreamDestroy_v2(void* stream) { delete (Stream*)stream; count_objects(-1); return Success; }
API int cuStreamSynchronize(void* stream) { ENTER(); return stream_of(stream)->recording ? CaptureUnsupported : Success; }
API int cuStreamQuery(void*) { ENTER(); return Success; }
API int cuStreamWaitEvent(void*, void*, unsigned) { ENTER(); return Success; }

API int cuEventCreate(void** event, unsigned) { ENTER(); *event = new Event; count_objects(1); return Success; }
API int cuEventDestroy_v2(void* event) { delete (Event*)event; count_objects(-1); return Success; }
API int cuEventRecord(void* event, void* stream)
{
    ENTER();
    return enqueue(stream, [=] { ((Event*)event)->at = std::chrono::steady_clock::now() + passed_time(); return Success; });
}
API int cuEventQuery(void*) { ENTER(); return Success; }
API int cuEventSynchronize(void*) { ENTER(); return Success; }
API int cuEventElapsedTime(float* milliseconds, void* from, void* to)
{
    ENTER();
    *milliseconds = std::chrono::duration<float, std::milli>(((Event*)to)->at - ((Event*)from)->at).count();
    return Success;
}

// An image is the library that the emulated NVRTC made.
API int cuModuleLoadData(void** module, const void* image)
{
    ENTER();
    size_t bytes = image_bytes(image);
    int file = bytes > 0 ? memfd_create("kernel", 0) : -1;
    if (file < 0 || write(file, image, bytes) != (ssize_t)bytes)
    {
        return InvalidImage;
    }
    void* library = dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
    {
        remember(dlerror());
        close(file);
        return InvalidImage;
    }
    *module = new Module{library, file, {}};
    count_objects(1);
    return Success;
}

API int cuModuleUnload(void* handle)
{
    std::lock_guard guard(lock);
    Module* module = (Module*)handle;
    for (Function* function : module->functions)
    {
        delete function;
    }
    dlclose(module->library);
    close(module->file);
    delete module;
    count_objects(-1);
    return Success;
}

API int cuModuleGetFunction(void** function, void* handle, const char* name)
{
    ENTER();
    Module* module = (Module*)handle;
    void* entry = dlsym(module->library, (std::string(name) + "__entry").c_str());
    void* sizes = dlsym(module->library, (std::string(name) + "__sizes").c_str());
    if (!entry || !sizes)
    {
        return NotFound;
    }
    Function* found = new Function{(void (*)(void**))entry, name, {}};
    for (const unsigned* size = (const unsigned*)sizes; *size; size++)
    {
        found->sizes.push_back(*size);
    }
    module->functions.push_back(found);
    *function = found;
    return Success;
}

API int cuFuncSetAttribute(void*, int, int) { ENTER(); return Success; }

API int cuLaunchKernel(
    void* handle, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void* stream, void** arguments, void**)
{
    ENTER();
    if (is_null())
    {
        return Success;
    }
    Function* function = (Function*)handle;
    if (gx == 0 || gy == 0 || gz == 0 || gy > 65535 || gz > 65535 || shared > 232448)
    {
        remember(function->name + ": a grid of " + std::to_string(gx) + " x " + std::to_string(gy) + " x " + std::to_string(gz) + " with " + std::to_string(shared) + " bytes of shared memory");
        return InvalidValue;
    }
    // As on a device, the arguments are read when the launch is enqueued or recorded, not when it runs.
    std::vector<std::string> values;
    for (size_t i = 0; i < function->sizes.size(); i++)
    {
        values.emplace_back((const char*)arguments[i], function->sizes[i]);
    }
    count_launch(function->name.c_str());
    return enqueue(stream, [=] {
        if (!std::exchange(function->is_loaded, true))
        {
            take(bytes_of_first_use());
        }
        std::vector<void*> pointers;
        for (const std::string& value : values)
        {
            pointers.push_back((void*)value.data());
        }
        std::string wrong = run_grid(function->entry, pointers.data(), {gx, gy, gz}, {bx, by, bz}, shared);
        if (wrong.empty())
        {
            return Success;
        }
        remember(function->name + ": " + wrong);
        return wrong.find("outside") != std::string::npos ? IllegalAddress : LaunchFailed;
    });
}

API int cuStreamBeginCapture_v2(void* stream, int)
{
    ENTER();
    stream_of(stream)->recording = new Graph;
    return Success;
}

API int cuStreamEndCapture(void* stream, void** graph)
{
    ENTER();
    *graph = std::exchange(stream_of(stream)->recording, nullptr);
    count_objects(*graph ? 1 : 0);
    return *graph ? Success : InvalidValue;
}

API int cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long) { ENTER(); *executable = new Graph(*(Graph*)graph); count_objects(1); return Success; }
API int cuGraphDestroy(void* graph) { delete (Graph*)graph; count_objects(-1); return Success; }
API int cuGraphExecDestroy(void* executable) { delete (Graph*)executable; count_objects(-1); return Success; }

API int cuGraphLaunch(void* executable, void* stream)
{
    ENTER();
    if (is_null())
    {
        return Success;
    }
    count_launch("graph");
    for (const Work& work : ((Graph*)executable)->work)
    {
        if (Result bad = enqueue(stream, work))
        {
            return bad;
        }
    }
    return Success;
}

API int cuGetErrorName(int code, const char** name)
{
    switch (code)
    {
        case Success: *name = "CUDA_SUCCESS"; break;
        case InvalidValue: *name = "CUDA_ERROR_INVALID_VALUE"; break;
        case OutOfMemory: *name = "CUDA_ERROR_OUT_OF_MEMORY"; break;
        case NoDevice: *name = "CUDA_ERROR_NO_DEVICE"; break;
        case IllegalAddress: *name = "CUDA_ERROR_ILLEGAL_ADDRESS"; break;
        case LaunchFailed: *name = "CUDA_ERROR_LAUNCH_FAILED"; break;
        case Unknown: *name = "CUDA_ERROR_UNKNOWN"; break;
        default: *name = nullptr; return InvalidValue;
    }
    return Success;
}

API int cuGetErrorString(int, const char** words)
{
    *words = last_words.empty() ? "as the test ordered" : last_words.c_str();
    return Success;
}
