// Blocks of threads as fibers of one host thread. A fiber runs until it waits at a barrier or a collective; who runs next is drawn at
// random, so that a kernel that is right only in one order fails. A barrier that not all threads of a block reach, or a collective that
// not all lanes reach, ends the launch with words.
#include "emulator.h"
#include "races.h"
#include <csetjmp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

// Saves the callee's registers on the running stack and goes on with another.
extern "C" void emu_switch(void** from, void* to);
asm(R"(
.text
.globl emu_switch
.type emu_switch, @function
emu_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
)");

namespace emu
{
namespace
{
constexpr int Warp = 32;
constexpr size_t StackBytes = 64 * 1024;

struct Copy { void* to; const void* from; };

struct Fiber
{
    Place place;
    std::unique_ptr<char[]> stack{new char[StackBytes]};
    void* top = nullptr;
    bool done = false;
    bool at_barrier = false;
    // The number of collectives that this lane has met in.
    unsigned met = 0;
    std::vector<Copy> copies;
    std::vector<std::vector<Copy>> groups;
};

struct WarpState
{
    unsigned arrived = 0, mask = 0;
    int kind = 0;
    unsigned met = 0, barriers = 0;
    alignas(16) char slots[2][Warp][SlotBytes];
};

struct Block
{
    std::vector<Fiber> fibers;
    std::vector<WarpState> warps;
    std::vector<int> ready;
    int live = 0, waiting = 0, predicate = 0, voted = 0;
    void (*kernel)(void**) = nullptr;
    void** arguments = nullptr;
    char* shared = nullptr;
    void* scheduler = nullptr;
    int current = -1;
};

// The driver lets one thread at a time launch; a fault elsewhere is not the kernel's.
Block block;
std::mt19937_64 order{1};
sigjmp_buf way_out;
thread_local bool running = false;
std::string failure;
struct sigaction earlier;

Fiber& self() { return block.fibers[block.current]; }

void yield() { emu_switch(&self().top, block.scheduler); }

void finish_copies(size_t keep)
{
    Fiber& fiber = self();
    while (fiber.groups.size() > keep)
    {
        for (const Copy& copy : fiber.groups.front())
        {
            touch(copy.to, 16, Access::Write);
            std::memcpy(copy.to, copy.from, 16);
        }
        fiber.groups.erase(fiber.groups.begin());
    }
}

void run_fiber()
{
    block.kernel(block.arguments);
    self().done = true;
    block.live--;
    yield();
    std::abort();
}

void start(int index)
{
    Fiber& fiber = block.fibers[index];
    void** top = (void**)((uintptr_t)(fiber.stack.get() + StackBytes) & ~(uintptr_t)15);
    // At entry to a function the stack is eight bytes off a multiple of sixteen.
    *--top = nullptr;
    *--top = (void*)run_fiber;
    for (int i = 0; i < 6; i++)
    {
        *--top = nullptr;
    }
    fiber.top = top;
    fiber.done = fiber.at_barrier = false;
    fiber.met = 0;
    fiber.copies.clear();
    fiber.groups.clear();
    block.ready.push_back(index);
}

void on_fault(int signal, siginfo_t* info, void* context)
{
    // Only kernels run between: an address that nobody has is as wrong as one right behind an allocation.
    if (running)
    {
        failure = "a thread touched memory outside every allocation";
        siglongjmp(way_out, 1);
    }
    if (earlier.sa_flags & SA_SIGINFO)
    {
        earlier.sa_sigaction(signal, info, context);
        return;
    }
    struct sigaction plain{};
    plain.sa_handler = SIG_DFL;
    sigaction(SIGSEGV, &plain, nullptr);
}

void watch_faults()
{
    static bool watched = [] {
        struct sigaction action{};
        action.sa_sigaction = on_fault;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        sigaction(SIGSEGV, &action, &earlier);
        return true;
    }();
    (void)watched;
    thread_local std::unique_ptr<char[]> spare{new char[64 * 1024]};
    stack_t present{};
    sigaltstack(nullptr, &present);
    if (present.ss_flags & SS_DISABLE)
    {
        stack_t mine{};
        mine.ss_sp = spare.get();
        mine.ss_size = 64 * 1024;
        sigaltstack(&mine, nullptr);
    }
}

std::string describe_deadlock()
{
    int at_barrier = 0, in_collective = 0, gone = 0;
    for (const Fiber& fiber : block.fibers)
    {
        (fiber.done ? gone : fiber.at_barrier ? at_barrier : in_collective)++;
    }
    return "a barrier or collective is not reached by all: " + std::to_string(at_barrier) + " threads wait at a block's barrier, " + std::to_string(in_collective)
        + " in a warp's collective, " + std::to_string(gone) + " have ended";
}

void run_block()
{
    while (block.live > 0)
    {
        if (block.ready.empty())
        {
            fail(describe_deadlock());
        }
        size_t pick = order() % block.ready.size();
        block.current = block.ready[pick];
        block.ready[pick] = block.ready.back();
        block.ready.pop_back();
        watch.thread = block.current;
        watch.stack = self().stack.get();
        watch.warp_barriers = block.warps[block.current / Warp].barriers;
        emu_switch(&block.scheduler, self().top);
    }
    if (block.waiting > 0)
    {
        fail(describe_deadlock());
    }
}
}

[[noreturn]] void fail(const std::string& why)
{
    failure = why;
    siglongjmp(way_out, 1);
}

void seed_order(uint64_t seed) { order.seed(seed); }

int running_lane() { return block.current % Warp; }

void meet(unsigned mask, int kind, const void* give, size_t size)
{
    Fiber& fiber = self();
    WarpState& warp = block.warps[block.current / Warp];
    int lane = running_lane();
    if (warp.arrived == 0)
    {
        warp.mask = mask;
        warp.kind = kind;
    }
    if (warp.mask != mask || warp.kind != kind || !(mask >> lane & 1))
    {
        fail("lanes of a warp meet in different collectives, or under different masks");
    }
    std::memcpy(warp.slots[fiber.met & 1][lane], give, size);
    fiber.met++;
    warp.arrived |= 1u << lane;
    if (warp.arrived != mask)
    {
        while (warp.met < fiber.met)
        {
            yield();
        }
        return;
    }
    warp.arrived = 0;
    warp.met = fiber.met;
    // Other collectives order no memory.
    if (kind == WarpBarrier && mask == 0xffffffffu)
    {
        watch.warp_barriers = ++warp.barriers;
    }
    int first = block.current / Warp * Warp;
    for (int other = 0; other < Warp; other++)
    {
        if ((mask >> other & 1) && other != lane)
        {
            block.ready.push_back(first + other);
        }
    }
}

const char* given() { return block.warps[block.current / Warp].slots[(self().met - 1) & 1][0]; }

std::string run_grid(void (*kernel)(void**), void** arguments, dim3 grid, dim3 size, unsigned shared_bytes)
{
    unsigned threads = size.x * size.y * size.z;
    if (threads == 0 || threads % Warp != 0 || threads > 1024)
    {
        return "a block of " + std::to_string(threads) + " threads: blocks are 32 to 1024 threads, in whole warps";
    }
    watch_faults();
    block.fibers.resize(threads);
    block.warps.assign(threads / Warp, WarpState{});
    block.kernel = kernel;
    block.arguments = arguments;
    block.shared = shared_bytes > 0 ? (char*)allocate(shared_bytes) : nullptr;
    watch.shared = block.shared;
    watch.shared_bytes = shared_bytes;
    watch.stack_bytes = StackBytes;
    watch.places = (const char*)block.fibers.data();
    watch.places_bytes = block.fibers.size() * sizeof(Fiber);
    failure.clear();
    running = true;
    if (sigsetjmp(way_out, 1) == 0)
    {
        for (unsigned z = 0; z < grid.z; z++)
            for (unsigned y = 0; y < grid.y; y++)
                for (unsigned x = 0; x < grid.x; x++)
                {
                    if (block.shared)
                    {
                        std::memset(block.shared, 0xCD, shared_bytes);
                    }
                    watch.barriers++;
                    block.ready.clear();
                    block.live = (int)threads;
                    block.waiting = block.predicate = block.voted = 0;
                    for (WarpState& warp : block.warps)
                    {
                        warp.arrived = 0;
                        warp.met = 0;
                    }
                    for (unsigned i = 0; i < threads; i++)
                    {
                        block.fibers[i].place = Place{{i % size.x, i / size.x % size.y, i / size.x / size.y}, {x, y, z}, size, grid};
                        start((int)i);
                    }
                    run_block();
                }
    }
    running = false;
    if (block.shared)
    {
        release(block.shared);
        block.shared = nullptr;
    }
    return failure;
}

extern "C" const Place* emu_place() { return &self().place; }

extern "C" void* emu_dynamic_shared()
{
    if (!block.shared)
    {
        fail("a kernel uses shared memory and was launched with none");
    }
    return block.shared;
}

extern "C" int emu_syncthreads_or(int predicate)
{
    Fiber& fiber = self();
    block.voted |= predicate != 0;
    if (++block.waiting < (int)block.fibers.size())
    {
        fiber.at_barrier = true;
        while (fiber.at_barrier)
        {
            yield();
        }
        return block.predicate;
    }
    block.waiting = 0;
    watch.barriers++;
    block.predicate = block.voted;
    block.voted = 0;
    for (size_t i = 0; i < block.fibers.size(); i++)
    {
        if (block.fibers[i].at_barrier)
        {
            block.fibers[i].at_barrier = false;
            block.ready.push_back((int)i);
        }
    }
    return block.predicate;
}

extern "C" void emu_syncthreads() { emu_syncthreads_or(0); }

// A copy beside the thread's other work is done as late as a device may do it: when it is waited for.
extern "C" void emu_async_copy_16(void* shared, const void* global)
{
    if (((uintptr_t)shared | (uintptr_t)global) % 16 != 0)
    {
        fail("an asynchronous copy of 16 bytes is not aligned to them");
    }
    // It may arrive at any time from now on.
    touch(shared, 16, Access::Write);
    touch(global, 16, Access::Read);
    self().copies.push_back({shared, global});
}

extern "C" void emu_async_commit()
{
    self().groups.push_back(std::move(self().copies));
    self().copies.clear();
}

extern "C" void emu_async_wait(int groups) { finish_copies((size_t)groups); }
}
