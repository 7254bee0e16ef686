// What tests set of the device, and what it notes for them. The driver's lock is held wherever the device itself asks.
#include "driver.h"
#include "emulator.h"
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace emu
{
namespace
{
bool noting = false;
std::string notes;
std::chrono::nanoseconds passed{0};
std::vector<double> algorithms{0};
size_t first_use = 0;
int capability = 90;
}

void note_launch(const std::string& name)
{
    if (noting)
    {
        notes += name + "\n";
    }
}

void pass_time(double milliseconds) { passed += std::chrono::nanoseconds((long long)(milliseconds * 1e6)); }
std::chrono::nanoseconds passed_time() { return passed; }
int offered_algorithms() { return (int)algorithms.size(); }
double time_of_algorithm(int number) { return algorithms[(size_t)number]; }
size_t bytes_of_first_use() { return first_use; }
int compute_capability() { return capability; }

void reset_controls()
{
    noting = false;
    notes.clear();
    algorithms = {0};
    first_use = 0;
    capability = 90;
    give_back();
}
}

// From now on, launches, products, graphs and copies are noted in order, a line each.
API void emu_note() { emu::noting = true; emu::notes.clear(); }
API const char* emu_notes() { return emu::notes.c_str(); }
API void emu_set_algorithms(const double* milliseconds, int count) { emu::algorithms.assign(milliseconds, milliseconds + count); }
// In tenths: 90 for 9.0.
API void emu_set_capability(int tenths) { emu::capability = tenths; }
API void emu_set_first_use(size_t bytes) { emu::first_use = bytes; }
