/* Speaks the functions of libnvidia-ml.so.1 that the product calls, with the types of the public nvml.h, for machines without a GPU.
 *
 * CONTROL_FILE (given at compile time) steers it, one order a line; it is read again by nvmlInit_v2 and whenever device 0 is asked for
 * its utilisation, so that all devices change at the same moment:
 *   devices N            how many there are (default 1)
 *   init CODE            what nvmlInit_v2 answers
 *   tick N               the moment that values belong to; without it they move by themselves, once a second
 *   fail FUNCTION CODE   that function answers CODE for every device
 *   lost INDEX           that device answers NVML_ERROR_GPU_IS_LOST to everything
 *   reasons INDEX BITS   that device's clock event reasons, hexadecimal
 *
 * At tick t device i shows: utilisation (7i + t) % 101 %; memory (1 + (i + t) % 60) GiB of 80; power 200 + (13i + 17t) % 400 W of 700;
 * energy 300 t J; temperature 40 + (i + t) % 40 C; SM clock 1200 + (31i + 15t) % 780 MHz of 1980; memory clock 2619 MHz.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int nvmlReturn_t;
typedef struct nvmlDevice_st* nvmlDevice_t;
typedef struct { unsigned int gpu; unsigned int memory; } nvmlUtilization_t;
typedef struct { unsigned long long total; unsigned long long free; unsigned long long used; } nvmlMemory_t;

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, DRIVER_NOT_LOADED = 9, GPU_IS_LOST = 15 };
enum { MOST_DEVICES = 256, MOST_FAILURES = 32 };

static struct { char function[64]; int code; } failures[MOST_FAILURES];
static int failure_count, device_count = 1, init_code;
static long fixed_tick = -1;
static char lost[MOST_DEVICES];
static unsigned long long reasons[MOST_DEVICES];
static struct nvmlDevice_st { char unused; } devices[MOST_DEVICES];

static void read_control(void) {
  char line[256];
  FILE* file = fopen(CONTROL_FILE, "r");
  failure_count = 0, device_count = 1, init_code = 0, fixed_tick = -1;
  memset(lost, 0, sizeof lost);
  memset(reasons, 0, sizeof reasons);
  while (file && fgets(line, sizeof line, file)) {
    int index, code;
    unsigned long long bits;
    sscanf(line, "devices %d", &device_count);
    sscanf(line, "init %d", &init_code);
    sscanf(line, "tick %ld", &fixed_tick);
    if (failure_count < MOST_FAILURES && sscanf(line, "fail %63s %d", failures[failure_count].function, &code) == 2) failures[failure_count++].code = code;
    if (sscanf(line, "lost %d", &index) == 1 && index >= 0 && index < MOST_DEVICES) lost[index] = 1;
    if (sscanf(line, "reasons %d %llx", &index, &bits) == 2 && index >= 0 && index < MOST_DEVICES) reasons[index] = bits;
  }
  if (file) fclose(file);
}

static long tick(void) { return fixed_tick >= 0 ? fixed_tick : (long)time(NULL); }

static int index_of(nvmlDevice_t device) { return (int)(device - devices); }

static nvmlReturn_t answer(const char* function, nvmlDevice_t device) {
  int index = index_of(device);
  if (index < 0 || index >= device_count) return INVALID_ARGUMENT;
  if (lost[index]) return GPU_IS_LOST;
  for (int i = 0; i < failure_count; i++) if (strcmp(failures[i].function, function) == 0) return failures[i].code;
  return SUCCESS;
}

#define ANSWER(device, statement) do { nvmlReturn_t code = answer(__func__, device); if (code == SUCCESS) { statement; } return code; } while (0)

nvmlReturn_t nvmlInit_v2(void) { read_control(); return init_code; }
nvmlReturn_t nvmlShutdown(void) { return SUCCESS; }
nvmlReturn_t nvmlSystemGetDriverVersion(char* version, unsigned int length) { snprintf(version, length, "580.00.fake"); return SUCCESS; }
nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int* count) { *count = (unsigned int)device_count; return SUCCESS; }

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t* device) {
  if (index >= (unsigned int)device_count) return INVALID_ARGUMENT;
  *device = &devices[index];
  return lost[index] ? GPU_IS_LOST : SUCCESS;
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char* name, unsigned int length) { ANSWER(device, snprintf(name, length, "NVIDIA H100 80GB HBM3")); }
nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char* uuid, unsigned int length) { ANSWER(device, snprintf(uuid, length, "GPU-00000000-0000-0000-0000-%012d", index_of(device))); }

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t* utilization) {
  if (device == devices) read_control();
  ANSWER(device, utilization->gpu = (unsigned int)((7 * index_of(device) + tick()) % 101); utilization->memory = utilization->gpu / 2);
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t* memory) {
  ANSWER(device, memory->total = 80ULL << 30; memory->used = (1ULL + (unsigned long long)(index_of(device) + tick()) % 60) << 30; memory->free = memory->total - memory->used);
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int* power) { ANSWER(device, *power = (unsigned int)(200 + (13 * index_of(device) + 17 * tick()) % 400) * 1000); }
nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t device, unsigned int* limit) { ANSWER(device, *limit = 700000); }
nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long* energy) { ANSWER(device, *energy = 300000ULL * (unsigned long long)tick()); }

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, int sensor, unsigned int* temperature) {
  if (sensor != 0) return INVALID_ARGUMENT;
  ANSWER(device, *temperature = (unsigned int)(40 + (index_of(device) + tick()) % 40));
}

nvmlReturn_t nvmlDeviceGetTemperatureThreshold(nvmlDevice_t device, int threshold, unsigned int* temperature) {
  if (threshold != 1) return INVALID_ARGUMENT;
  ANSWER(device, *temperature = 87);
}

nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, int clock, unsigned int* megahertz) {
  ANSWER(device, *megahertz = clock == 2 ? 2619 : (unsigned int)(1200 + (31 * index_of(device) + 15 * tick()) % 780));
}

nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, int clock, unsigned int* megahertz) { ANSWER(device, *megahertz = clock == 2 ? 2619 : 1980); }

/* An older driver has the second name only: -DOLD_DRIVER. */
#ifndef OLD_DRIVER
nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device, unsigned long long* bits) { ANSWER(device, *bits = reasons[index_of(device)]); }
#else
nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device, unsigned long long* bits) { ANSWER(device, *bits = reasons[index_of(device)]); }
#endif
