// What cuBLASLt and the controls of a test need of the driver.
#pragma once
#include <chrono>
#include <functional>
#include <string>

namespace emu
{
// CUresult of the driver API, those that the emulator gives.
enum Result
{
    Success = 0, InvalidValue = 1, OutOfMemory = 2, NotInitialized = 3, NoDevice = 100, InvalidImage = 200, InvalidContext = 201, InvalidHandle = 400,
    NotFound = 500, NotReady = 600, IllegalAddress = 700, LaunchOutOfResources = 701, LaunchFailed = 719, CaptureUnsupported = 900, Unknown = 999,
};

// Does work of a stream: now, or at each launch of the graph that the stream records.
Result enqueue(void* stream, std::function<Result()> work);

// Whether launches and matrix products cost nothing and do nothing, for measuring the host.
bool is_null();

// Counts bytes that a matrix product reads and writes.
void count_bytes(size_t bytes);
void count_launch(const char* name);

// objects.cpp: things made, or with a negative number taken back.
void count_objects(long change);
// controls.cpp: what tests set of the device, and what it notes for them.
void note_launch(const std::string& name);
// Time that passes on the device's own clock beside that of the host.
void pass_time(double milliseconds);
std::chrono::nanoseconds passed_time();
// Algorithms that cuBLASLt offers, and what each of them takes on the device's clock, in milliseconds; by its number from 0.
int offered_algorithms();
double time_of_algorithm(int number);
// What a kernel's code takes of the device's memory when it is launched first.
size_t bytes_of_first_use();
int compute_capability();
void reset_controls();

// The code that a test ordered this function to fail with; Success for none.
Result ordered_failure(const char* function);

// What went wrong last, in words, for the test's report.
void remember(const std::string& words);
}
