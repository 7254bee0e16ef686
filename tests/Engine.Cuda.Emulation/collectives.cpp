// Collectives of a warp: every lane gives, all wait for one another, every lane takes what it needs. Fragments as in the PTX ISA.
#include "emulator.h"
#include "races.h"
#include <cmath>
#include <cstring>

namespace emu
{
namespace
{
enum Kind { Exchange = WarpBarrier + 1, Ballot, Mma, LoadMatrix };

float bf16_to_float(uint16_t x)
{
    uint32_t bits = (uint32_t)x << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

template <class T>
T take(int lane)
{
    T value;
    std::memcpy(&value, given() + lane * SlotBytes, sizeof(T));
    return value;
}

struct Fragments { uint32_t a[4], b[2]; };
}

extern "C" uint16_t emu_float_to_bf16(float x)
{
    uint32_t bits;
    std::memcpy(&bits, &x, 4);
    if (x != x)
    {
        return 0x7fff;
    }
    return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

extern "C" float emu_f16_to_float(uint16_t x)
{
    _Float16 value;
    std::memcpy(&value, &x, 2);
    return (float)value;
}

extern "C" uint16_t emu_float_to_f16(float x)
{
    _Float16 value = (_Float16)x;
    uint16_t bits;
    std::memcpy(&bits, &value, 2);
    return bits;
}

extern "C" unsigned long long emu_exchange(unsigned mask, unsigned long long value, int source)
{
    meet(mask, Exchange, &value, sizeof(value));
    if (!(mask >> (source & 31) & 1))
    {
        fail("a shuffle reads a lane that is not in its mask");
    }
    return take<unsigned long long>(source & 31);
}

extern "C" unsigned emu_ballot(unsigned mask, int predicate)
{
    uint32_t mine = predicate != 0;
    meet(mask, Ballot, &mine, sizeof(mine));
    uint32_t votes = 0;
    for (int lane = 0; lane < 32; lane++)
    {
        if (mask >> lane & 1)
        {
            votes |= take<uint32_t>(lane) << lane;
        }
    }
    return votes;
}

extern "C" void emu_syncwarp(unsigned mask)
{
    uint32_t nothing = 0;
    meet(mask, WarpBarrier, &nothing, sizeof(nothing));
}

// Lane 4g + t holds of a: rows g and g + 8 at columns 2t, 2t + 1 and the same eight further; of b: rows 2t, 2t + 1 and eight further of
// column g; of d: rows g and g + 8 at columns 2t, 2t + 1.
extern "C" void emu_mma_16x8x16(float* d, const unsigned* a, const unsigned* b, int is_f16)
{
    Fragments mine{{a[0], a[1], a[2], a[3]}, {b[0], b[1]}};
    meet(0xffffffffu, Mma, &mine, sizeof(mine));
    auto number = [is_f16](uint32_t pair, int half) {
        uint16_t bits = (uint16_t)(half ? pair >> 16 : pair & 0xffff);
        return is_f16 ? emu_f16_to_float(bits) : bf16_to_float(bits);
    };
    int lane = running_lane(), group = lane / 4, pair = lane % 4;
    const char* all = given();
    // The lane's two rows of a and two columns of b.
    float a_rows[2][16], b_columns[2][16];
    for (int k = 0; k < 16; k++)
    {
        for (int i = 0; i < 2; i++)
        {
            const Fragments& left = *(const Fragments*)(all + (group * 4 + k % 8 / 2) * SlotBytes);
            const Fragments& right = *(const Fragments*)(all + ((2 * pair + i) * 4 + k % 8 / 2) * SlotBytes);
            a_rows[i][k] = number(left.a[i + 2 * (k >= 8)], k % 2);
            b_columns[i][k] = number(right.b[k >= 8], k % 2);
        }
    }
    for (int i = 0; i < 4; i++)
    {
        for (int k = 0; k < 16; k++)
        {
            d[i] += a_rows[i / 2][k] * b_columns[i % 2][k];
        }
    }
}

extern "C" void emu_load_matrix_x4(unsigned* r, const void* row, int transposed)
{
    if ((uintptr_t)row % 16 != 0)
    {
        fail("a row of ldmatrix is not aligned to 16 bytes");
    }
    touch(row, 16, Access::Read);
    uint16_t elements[8];
    std::memcpy(elements, row, sizeof(elements));
    meet(0xffffffffu, LoadMatrix, elements, sizeof(elements));
    int lane = running_lane();
    for (int tile = 0; tile < 4; tile++)
    {
        uint32_t word = 0;
        for (int half = 0; half < 2; half++)
        {
            int from = transposed ? lane % 4 * 2 + half : lane / 4;
            int column = transposed ? lane / 4 : lane % 4 * 2 + half;
            word |= (uint32_t)((const uint16_t*)(given() + (tile * 8 + from) * SlotBytes))[column] << (16 * half);
        }
        r[tile] = word;
    }
}
}
