// The non-linearity of a gated feed-forward part: SiLU, or the tanh form of GELU with ACTIVATION_GELU.
#pragma once
#include "common.cuh"

DEVICE float activate(float x)
{
#ifdef ACTIVATION_GELU
    return 0.5f * x * (1.0f + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
#else
    return x / (1.0f + expf(-x));
#endif
}
