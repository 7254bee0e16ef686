// NCCL as far as the executor calls it: sums over the devices of one process, each sum rounded once. A group's sums are done at its end, when the
// last rank has come; that a rank stays away is an error there, where a real one would wait for ever.
#include "driver.h"
#include "emulator.h"
#include <cstdint>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace emu
{
extern "C" uint16_t emu_float_to_bf16(float x);
extern "C" float emu_f16_to_float(uint16_t x);
extern "C" uint16_t emu_float_to_f16(float x);

namespace
{
enum { UnhandledCudaError = 1, InvalidArgument = 4, InvalidUsage = 5, Float16 = 6, BFloat16 = 9, Sum = 0 };

struct Clique { int ranks, left; };
struct Communicator { Clique* clique; int rank; };
struct Call { const uint16_t* from; uint16_t* to; size_t count; int type, rank; };

int depth = 0;
std::map<Clique*, std::vector<Call>> calls;

float widen(uint16_t x, int type)
{
    if (type == Float16)
    {
        return emu_f16_to_float(x);
    }
    uint32_t bits = (uint32_t)x << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

// Streams do their work at once, so that all ranks have computed what they give when the group ends.
int add(const std::vector<Call>& ranks)
{
    const Call& first = ranks[0];
    std::vector<float> sums(first.count);
    for (const Call& call : ranks)
    {
        if (call.count != first.count || call.type != first.type || room(call.to) < call.count * 2 || room(call.from) < call.count * 2)
        {
            remember("a sum over devices of lengths that differ, or that leave an allocation");
            return InvalidArgument;
        }
        for (size_t i = 0; i < call.count; i++)
        {
            sums[i] += widen(call.from[i], call.type);
        }
        count_bytes(call.count * 2 * 2);
    }
    for (const Call& call : ranks)
    {
        for (size_t i = 0; i < call.count; i++)
        {
            call.to[i] = call.type == Float16 ? emu_float_to_f16(sums[i]) : emu_float_to_bf16(sums[i]);
        }
    }
    count_launch("all_reduce");
    return 0;
}
}
}

using namespace emu;

API int ncclCommInitAll(void** communicators, int count, const int*)
{
    if (ordered_failure("ncclCommInitAll"))
    {
        return UnhandledCudaError;
    }
    Clique* clique = new Clique{count, count};
    for (int rank = 0; rank < count; rank++)
    {
        communicators[rank] = new Communicator{clique, rank};
        count_objects(1);
    }
    return 0;
}

API int ncclCommDestroy(void* handle)
{
    Communicator* communicator = (Communicator*)handle;
    if (--communicator->clique->left == 0)
    {
        delete communicator->clique;
    }
    delete communicator;
    count_objects(-1);
    return 0;
}

API int ncclGroupStart() { depth++; return 0; }

API int ncclGroupEnd()
{
    if (--depth > 0)
    {
        return 0;
    }
    std::map<Clique*, std::vector<Call>> done;
    std::swap(done, calls);
    for (const auto& [clique, ranks] : done)
    {
        if ((int)ranks.size() != clique->ranks)
        {
            remember("a sum over devices to which not every device came");
            return InvalidUsage;
        }
        if (is_null())
        {
            continue;
        }
        if (int bad = add(ranks))
        {
            return bad;
        }
    }
    return 0;
}

API int ncclAllReduce(const void* from, void* to, size_t count, int type, int operation, void* handle, void*)
{
    if (ordered_failure("ncclAllReduce"))
    {
        calls.clear();
        depth = 0;
        return UnhandledCudaError;
    }
    if ((type != Float16 && type != BFloat16) || operation != Sum || depth == 0)
    {
        remember("a sum over devices of a type, an operation or outside a group that the emulated device does not do");
        return InvalidArgument;
    }
    Communicator* communicator = (Communicator*)handle;
    calls[communicator->clique].push_back({(const uint16_t*)from, (uint16_t*)to, count, type, communicator->rank});
    return 0;
}

API const char* ncclGetErrorString(int) { return "as the emulated device says"; }
