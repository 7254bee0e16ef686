// The feed-forward part's gate: activation(gate) * up, where activation is SiLU, or the tanh form of GELU with ACTIVATION_GELU.
#pragma once
#include "late_norm.cuh"

DEVICE float activate(float x)
{
#ifdef ACTIVATION_GELU
    return 0.5f * x * (1.0f + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
#else
    return x / (1.0f + expf(-x));
#endif
}

// Two numbers of a row of [gate, up], the even one first: those of pair `i` of the row's width.
DEVICE float2 gated_pair(const elem* gate_up, int width, float factor, const LateNorm& norm, int i)
{
    const u32* row = (const u32*)gate_up;
    u32 gates = row[i], ups = row[i + width / 2];
    float2 gated = {
        activate(late_finish(norm, (elem)(gates & 0xffff), factor, 2 * i)) * late_finish(norm, (elem)(ups & 0xffff), factor, width + 2 * i),
        activate(late_finish(norm, (elem)(gates >> 16), factor, 2 * i + 1)) * late_finish(norm, (elem)(ups >> 16), factor, width + 2 * i + 1)};
    return gated;
}
