// cuBLASLt as far as the executor calls it: d = alpha * op(a) * op(b) + beta * c on column-major matrices, with accumulation in float and
// each result rounded once to its type. FP8 operands take their scales: one a matrix, or one a row of the result's operand.
#include "driver.h"
#include "emulator.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace emu
{
extern "C" uint16_t emu_float_to_bf16(float x);
extern "C" float emu_f16_to_float(uint16_t x);
extern "C" uint16_t emu_float_to_f16(float x);

namespace
{
enum Type { F32 = 0, F16 = 2, I32 = 10, Bf16 = 14, E4M3 = 28 };
enum { NotInitializedStatus = 1, InvalidValueStatus = 7, NotSupportedStatus = 15, ExecutionFailedStatus = 13 };
enum Attribute { TransA = 3, TransB = 4, Epilogue = 7, BiasPointer = 8, AScalePointer = 17, BScalePointer = 18, BiasType = 26, AScaleMode = 31, BScaleMode = 32 };
enum { ScaleOfMatrix = 0, ScaleOfOuterVector = 3, EpilogueBias = 4 };

struct Layout { int type; uint64_t rows, columns; int64_t leading; };
struct Description { std::map<int, std::vector<char>> attributes; };
struct Heuristic { uint64_t algorithm[8]; size_t workspace; int state; float waves; int reserved[4]; };
static_assert(sizeof(Heuristic) == 96);

template <class T>
T attribute(const Description* description, int name, T otherwise)
{
    auto found = description->attributes.find(name);
    if (found == description->attributes.end())
    {
        return otherwise;
    }
    T value{};
    std::memcpy(&value, found->second.data(), std::min(sizeof(T), found->second.size()));
    return value;
}

size_t size_of(int type) { return type == F32 || type == I32 ? 4 : type == E4M3 ? 1 : 2; }

float e4m3_to_float(uint8_t x)
{
    int exponent = x >> 3 & 15, mantissa = x & 7;
    float value = exponent == 0 ? std::ldexp((float)mantissa, -9) : std::ldexp(1.0f + mantissa / 8.0f, exponent - 7);
    return (x & 0x7f) == 0x7f ? __builtin_nanf("") : x & 0x80 ? -value : value;
}

float read(const void* p, int type, size_t index)
{
    switch (type)
    {
        case F32: return ((const float*)p)[index];
        case F16: return emu_f16_to_float(((const uint16_t*)p)[index]);
        case E4M3: return e4m3_to_float(((const uint8_t*)p)[index]);
        default:
        {
            uint32_t bits = (uint32_t)((const uint16_t*)p)[index] << 16;
            float value;
            std::memcpy(&value, &bits, 4);
            return value;
        }
    }
}

void write(void* p, int type, size_t index, float value)
{
    switch (type)
    {
        case F32: ((float*)p)[index] = value; break;
        case F16: ((uint16_t*)p)[index] = emu_float_to_f16(value); break;
        default: ((uint16_t*)p)[index] = emu_float_to_bf16(value); break;
    }
}

size_t extent(const Layout& layout) { return ((size_t)layout.leading * (layout.columns - 1) + layout.rows) * size_of(layout.type); }

// Rows of op(m), each laid out end to end in float.
std::vector<float> unroll(const void* p, const Layout& layout, bool transposed, bool by_row)
{
    size_t rows = transposed ? layout.columns : layout.rows, columns = transposed ? layout.rows : layout.columns;
    std::vector<float> out(rows * columns);
    for (size_t row = 0; row < rows; row++)
    {
        for (size_t column = 0; column < columns; column++)
        {
            size_t from = transposed ? column + (size_t)layout.leading * row : row + (size_t)layout.leading * column;
            out[by_row ? row * columns + column : column * rows + row] = read(p, layout.type, from);
        }
    }
    return out;
}

float scale(const float* scales, int mode, size_t index) { return !scales ? 1.0f : mode == ScaleOfOuterVector ? scales[index] : scales[0]; }
}
}

using namespace emu;

API size_t cublasLtGetVersion() { return 130000; }
API int cublasLtCreate(void** handle)
{
    if (ordered_failure("cublasLtCreate"))
    {
        return NotInitializedStatus;
    }
    *handle = new int;
    count_objects(1);
    return 0;
}
API int cublasLtDestroy(void* handle) { delete (int*)handle; count_objects(-1); return 0; }
API int cublasLtMatmulDescCreate(void** description, int, int)
{
    if (ordered_failure(__func__))
    {
        return NotInitializedStatus;
    }
    *description = new Description;
    count_objects(1);
    return 0;
}
API int cublasLtMatmulDescDestroy(void* description) { delete (Description*)description; count_objects(-1); return 0; }
API int cublasLtMatmulDescSetAttribute(void* description, int name, const void* value, size_t bytes)
{
    ((Description*)description)->attributes[name].assign((const char*)value, (const char*)value + bytes);
    return 0;
}
API int cublasLtMatrixLayoutCreate(void** layout, int type, uint64_t rows, uint64_t columns, int64_t leading)
{
    if (ordered_failure(__func__))
    {
        return NotInitializedStatus;
    }
    *layout = new Layout{type, rows, columns, leading};
    count_objects(1);
    return 0;
}
API int cublasLtMatrixLayoutDestroy(void* layout) { delete (Layout*)layout; count_objects(-1); return 0; }
API int cublasLtMatmulPreferenceCreate(void** preference) { *preference = new int; count_objects(1); return 0; }
API int cublasLtMatmulPreferenceDestroy(void* preference) { delete (int*)preference; count_objects(-1); return 0; }
API int cublasLtMatmulPreferenceSetAttribute(void*, int, const void*, size_t) { return 0; }

API int cublasLtMatmulAlgoGetHeuristic(void*, void*, void*, void*, void*, void*, void*, int wanted, Heuristic* results, int* found)
{
    if (ordered_failure(__func__))
    {
        return NotSupportedStatus;
    }
    *found = std::min(wanted, offered_algorithms());
    for (int i = 0; i < *found; i++)
    {
        results[i] = Heuristic{{(uint64_t)i}, 0, 0, 1.0f, {}};
    }
    return *found > 0 ? 0 : NotSupportedStatus;
}

API int cublasLtMatmul(
    void*, void* description_handle, const float* alpha, const void* a, void* a_layout, const void* b, void* b_layout, const float* beta, const void* c, void* c_layout,
    void* d, void* d_layout, const void* algorithm, void*, size_t, void* stream)
{
    if (is_null())
    {
        return 0;
    }
    Description description = *(Description*)description_handle;
    Layout la = *(Layout*)a_layout, lb = *(Layout*)b_layout, lc = *(Layout*)c_layout, ld = *(Layout*)d_layout;
    bool ta = attribute<int>(&description, TransA, 0) == 1, tb = attribute<int>(&description, TransB, 0) == 1;
    size_t m = ta ? la.columns : la.rows, k = ta ? la.rows : la.columns, n = tb ? lb.rows : lb.columns;
    if ((tb ? lb.columns : lb.rows) != k || ld.rows != m || ld.columns != n)
    {
        remember("a matrix product of shapes that do not fit");
        return InvalidValueStatus;
    }
    if (la.type == E4M3 && (!ta || tb || k % 16 != 0 || m % 16 != 0))
    {
        remember("an FP8 product needs op(a) transposed, op(b) not, and multiples of 16");
        return NotSupportedStatus;
    }
    if (room(a) < extent(la) || room(b) < extent(lb) || room(d) < extent(ld) || (*beta != 0 && room(c) < extent(lc)))
    {
        remember("a matrix product leaves its allocations");
        return InvalidValueStatus;
    }
    float factor = *alpha, keep = *beta;
    int number = (int)*(const uint64_t*)algorithm;
    if (number >= offered_algorithms())
    {
        remember("a matrix product by an algorithm that was not offered");
        return InvalidValueStatus;
    }
    count_launch("matmul");
    count_bytes(extent(la) + extent(lb) + extent(ld) + (keep != 0 ? extent(lc) : 0));
    Result result = enqueue(stream, [=] {
        pass_time(time_of_algorithm(number));
        const float* as = attribute<const float*>(&description, AScalePointer, nullptr);
        const float* bs = attribute<const float*>(&description, BScalePointer, nullptr);
        int am = attribute<int>(&description, AScaleMode, 0), bm = attribute<int>(&description, BScaleMode, 0);
        const void* bias = attribute<int>(&description, Epilogue, 1) == EpilogueBias ? attribute<const void*>(&description, BiasPointer, nullptr) : nullptr;
        int bias_type = attribute<int>(&description, BiasType, ld.type);
        std::vector<float> left = unroll(a, la, ta, true), right = unroll(b, lb, tb, false);
        for (size_t column = 0; column < n; column++)
        {
            for (size_t row = 0; row < m; row++)
            {
                float sum = 0;
                const float* x = &left[row * k];
                const float* y = &right[column * k];
                for (size_t i = 0; i < k; i++)
                {
                    sum += x[i] * y[i];
                }
                sum *= factor * scale(as, am, row) * scale(bs, bm, column);
                sum += keep != 0 ? keep * read(c, lc.type, row + (size_t)lc.leading * column) : 0;
                sum += bias ? read(bias, bias_type, row) : 0;
                write(d, ld.type, row + (size_t)ld.leading * column, sum);
            }
        }
        return Success;
    });
    return result == Success ? 0 : ExecutionFailedStatus;
}
