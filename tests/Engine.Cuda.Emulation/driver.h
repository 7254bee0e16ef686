// What cuBLASLt and the controls of a test need of the driver.
#pragma once
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

// The code that a test ordered this function to fail with; Success for none.
Result ordered_failure(const char* function);

// What went wrong last, in words, for the test's report.
void remember(const std::string& words);
}
