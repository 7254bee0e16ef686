// Chooses a token for each row of logits: bias, penalties and a grammar's mask, then temperature, min-p, top-k and top-p in that order, and a
// draw; as TokenFactory.Engine's Sampler does it on a CPU. Weights are e^((logit - largest) / temperature), in (0, 1].
//
// No row is sorted. Sums of weights are integers (a weight of 1 is 2^40), so that they do not depend on the order of adding, and "the token
// at which the sum in falling order passes a target" is found digit by digit: four passes over the row, each counting and summing the
// candidates by the next eight bits of their weight's float, whose bits order as the numbers do. Equal weights count in order of token.
//
// logits: [rows, vocabulary] float, changed in place; settings: [sampling rows]; order: the row's index in logits -> its Settings, and the row
// that its sequence holds; tokens: [rows held], the token chosen, which the next step's embedding reads; results: [rows] for the host.
// MOST_TOP: the most alternatives of a result. Launch: grid (rows), 1024 threads, shared: SAMPLING_SHARED bytes.
#include "common.cuh"

#define BINS 256
#define ONE 1099511627776.0 /* 2^40 */

// One sequence's sampling, as the host writes it into device memory when the sequence gets its row.
struct Settings
{
    float temperature, min_p, top_p, repetition, presence, frequency;
    int top_k;              // 0: all
    int logprobs;           // -1: none, else how many of the most likely tokens are reported
    u64 seed;
    int drawn;              // grows with each token, here
    int bias_count;         // pairs in bias_tokens, bias_values
    const int* bias_tokens;
    const float* bias_values;
    u16* generated;         // [vocabulary] how often each token was generated; null without penalties
    const u32* prompt;      // [vocabulary / 32] bits: the tokens of the prompt; null without repetition penalty
    const u32* mask;        // [vocabulary / 32] bits: the tokens that a grammar allows; null for all
};

struct Result
{
    int token;
    float logprob;
    int bad;                // 1: a logit was not a number, and the token is none
    int top_count;
    int top_tokens[MOST_TOP];
    float top_logprobs[MOST_TOP];
};

struct Shared
{
    u64 mass[BINS];
    u32 count[BINS];
    float scratch[WARP + 1];
    int chosen;
    u32 prefix;
    u32 above_count;
    u64 above_mass;
    u32 warp_count[WARP];
};

// The launcher knows these layouts.
static_assert(sizeof(Settings) == SETTINGS_BYTES && sizeof(Result) == RESULT_BYTES && sizeof(Shared) == SAMPLING_SHARED, "the host has another layout");

DEVICE bool bit(const u32* bits, int token) { return bits[token / 32] >> (token % 32) & 1; }

DEVICE float weight_of(float logit, float largest, float temperature) { return expf((logit - largest) / temperature); }

DEVICE u64 mass_of(float weight) { return (u64)((double)weight * ONE); }

// The lowest token of those with the largest logit.
DEVICE int block_argmax(const float* logits, int vocabulary, Shared& s)
{
    float best = NEGATIVE_INFINITY;
    int token = 0x7fffffff;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        if (logits[i] > best)
        {
            best = logits[i];
            token = i;
        }
    }
    float most = block_max(best, s.scratch);
    if (threadIdx.x == 0)
    {
        s.chosen = 0x7fffffff;
    }
    __syncthreads();
    if (best == most)
    {
        atomicMin(&s.chosen, token);
    }
    __syncthreads();
    return s.chosen;
}

// Which candidates a search goes over, and by what it orders them: weights from `least` on; of those whose weight equals `least` only the
// first `ties` tokens (in the order of the row).
struct Range { float largest, temperature, least; };

DEVICE bool is_candidate(float weight, const Range& range) { return weight >= range.least && weight > 0; }

// Finds the weight at which, going from large to small, the count of candidates reaches `wanted_count`, or their mass passes `wanted_mass`.
// Afterwards above_count and above_mass are those of strictly larger weights.
DEVICE float select(const float* logits, int vocabulary, const Range& range, u32 wanted_count, u64 wanted_mass, Shared& s)
{
    u32 prefix = 0;
    u64 above_mass = 0;
    u32 above_count = 0;
    for (int shift = 24; shift >= 0; shift -= 8)
    {
        for (int i = threadIdx.x; i < BINS; i += blockDim.x)
        {
            s.mass[i] = 0;
            s.count[i] = 0;
        }
        __syncthreads();
        for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
        {
            float weight = weight_of(logits[i], range.largest, range.temperature);
            u32 bits = __float_as_uint(weight);
            if (is_candidate(weight, range) && (shift == 24 || bits >> (shift + 8) == prefix))
            {
                u32 bin = bits >> shift & (BINS - 1);
                atomicAdd(&s.count[bin], 1u);
                atomicAdd(&s.mass[bin], mass_of(weight));
            }
        }
        __syncthreads();
        if (threadIdx.x == 0)
        {
            int bin = BINS - 1, lowest = -1;
            for (; bin >= 0; bin--)
            {
                if (s.count[bin] == 0)
                {
                    continue;
                }
                lowest = bin;
                if (above_count + s.count[bin] >= wanted_count || above_mass + s.mass[bin] > wanted_mass)
                {
                    break;
                }
                above_count += s.count[bin];
                above_mass += s.mass[bin];
            }
            if (bin < 0 && lowest >= 0)
            {
                // Less than wanted is there: the search ends at the smallest.
                above_count -= s.count[lowest];
                above_mass -= s.mass[lowest];
            }
            s.prefix = (prefix << 8) | (u32)(lowest < 0 ? 0 : bin < 0 ? lowest : bin);
            s.above_mass = above_mass;
            s.above_count = above_count;
        }
        __syncthreads();
        prefix = s.prefix;
        above_mass = s.above_mass;
        above_count = s.above_count;
        __syncthreads();
    }
    return __uint_as_float(prefix);
}

// The token with `skipped` tokens of the same weight before it.
DEVICE int find_equal(const float* logits, int vocabulary, const Range& range, float weight, u32 skipped, Shared& s)
{
    u32 seen = 0;
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
    if (threadIdx.x == 0)
    {
        s.chosen = -1;
    }
    __syncthreads();
    for (int start = 0; start < vocabulary; start += blockDim.x)
    {
        int i = start + threadIdx.x;
        bool is_equal = i < vocabulary && weight_of(logits[i], range.largest, range.temperature) == weight;
        u32 votes = __ballot_sync(FULL_WARP, is_equal);
        if (lane == 0)
        {
            s.warp_count[warp] = __popc(votes);
        }
        __syncthreads();
        u32 before = seen, all = seen;
        for (int w = 0; w < warps; w++)
        {
            before += w < warp ? s.warp_count[w] : 0;
            all += s.warp_count[w];
        }
        before += __popc(votes & ((1u << lane) - 1));
        if (is_equal && before == skipped)
        {
            s.chosen = i;
        }
        seen = all;
        __syncthreads();
    }
    return s.chosen;
}

// The first token, in the order of tokens, at which the sum of the candidates' mass passes `wanted`.
DEVICE int find_in_order(const float* logits, int vocabulary, const Range& range, u64 wanted, Shared& s)
{
    u64 seen = 0;
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
    if (threadIdx.x == 0)
    {
        s.chosen = -1;
    }
    __syncthreads();
    for (int start = 0; start < vocabulary; start += blockDim.x)
    {
        int i = start + threadIdx.x;
        float weight = i < vocabulary ? weight_of(logits[i], range.largest, range.temperature) : 0.0f;
        u64 mass = is_candidate(weight, range) ? mass_of(weight) : 0;
        u64 sum = mass;
        for (int offset = 1; offset < WARP; offset *= 2)
        {
            u64 other = __shfl_up_sync(FULL_WARP, sum, offset);
            sum += lane >= offset ? other : 0;
        }
        if (lane == WARP - 1)
        {
            s.mass[warp] = sum;
        }
        __syncthreads();
        u64 before = seen, all = seen;
        for (int w = 0; w < warps; w++)
        {
            before += w < warp ? s.mass[w] : 0;
            all += s.mass[w];
        }
        before += sum - mass;
        if (mass > 0 && before <= wanted && wanted < before + mass)
        {
            s.chosen = i;
        }
        seen = all;
        __syncthreads();
        if (s.chosen >= 0)
        {
            break;
        }
    }
    return s.chosen;
}

// Twins of SamplingState.NextUniform: SplitMix64 over the counter.
DEVICE double uniform_of(u64 seed, int drawn)
{
    u64 z = seed + 0x9E3779B97F4A7C15ull * ((u64)drawn + 1);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    z ^= z >> 31;
    return (double)(z >> 11) * (1.0 / 9007199254740992.0);
}

DEVICE u64 total_mass(const float* logits, int vocabulary, const Range& range, Shared& s)
{
    // Others may still read what the search before left.
    __syncthreads();
    if (threadIdx.x == 0)
    {
        s.above_mass = 0;
    }
    __syncthreads();
    u64 sum = 0;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        float weight = weight_of(logits[i], range.largest, range.temperature);
        sum += is_candidate(weight, range) ? mass_of(weight) : 0;
    }
    for (int offset = WARP / 2; offset > 0; offset /= 2)
    {
        sum += __shfl_xor_sync(FULL_WARP, sum, offset);
    }
    if (threadIdx.x % WARP == 0)
    {
        atomicAdd(&s.above_mass, sum);
    }
    __syncthreads();
    u64 total = s.above_mass;
    __syncthreads();
    return total;
}

DEVICE int draw(const float* logits, int vocabulary, const Settings& settings, Shared& s)
{
    float most = NEGATIVE_INFINITY;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        most = fmaxf(most, logits[i]);
    }
    Range range = {block_max(most, s.scratch), settings.temperature, settings.min_p};
    double uniform = uniform_of(settings.seed, settings.drawn);
    if (settings.top_k == 0 && settings.top_p >= 1)
    {
        u64 total = total_mass(logits, vocabulary, range, s);
        int token = find_in_order(logits, vocabulary, range, min((u64)(uniform * (double)total), total - 1), s);
        return token;
    }
    // The last weight that top-k keeps, and how many tokens of just that weight.
    u64 mass;
    if (settings.top_k > 0)
    {
        float least = select(logits, vocabulary, range, settings.top_k, ~0ull, s);
        mass = s.above_mass + (u64)(settings.top_k - s.above_count) * mass_of(least);
        u64 there = total_mass(logits, vocabulary, range, s);
        mass = min(mass, there);
    }
    else
    {
        mass = total_mass(logits, vocabulary, range, s);
    }
    // Top-p keeps tokens until their mass reaches its share of that; a draw goes over those kept.
    u64 share = (u64)ceil((double)settings.top_p * (double)mass);
    float last = select(logits, vocabulary, range, 0xffffffffu, share > 0 ? share - 1 : 0, s);
    u64 step = mass_of(last);
    u64 kept = s.above_mass;
    u64 ties = step > 0 && share > kept ? (share - kept + step - 1) / step : 1;
    kept = min(kept + (ties > 0 ? ties : 1) * step, mass);
    __syncthreads();
    u64 target = min((u64)(uniform * (double)kept), kept - 1);
    float weight = select(logits, vocabulary, range, 0xffffffffu, target, s);
    u64 each = mass_of(weight);
    u32 skipped = each > 0 ? (u32)((target - s.above_mass) / each) : 0;
    __syncthreads();
    return find_equal(logits, vocabulary, range, weight, skipped, s);
}

DEVICE float repeat(float logit, float penalty) { return logit > 0 ? logit / penalty : logit * penalty; }

DEVICE void adjust(float* logits, int vocabulary, const Settings& settings)
{
    for (int i = threadIdx.x; i < settings.bias_count; i += blockDim.x)
    {
        logits[settings.bias_tokens[i]] += settings.bias_values[i];
    }
    __syncthreads();
    if (!settings.generated && !settings.mask)
    {
        return;
    }
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        float logit = logits[i];
        if (settings.generated)
        {
            int count = settings.generated[i];
            if (settings.prompt && (count > 0 || bit(settings.prompt, i)))
            {
                logit = repeat(logit, settings.repetition);
            }
            logit -= count > 0 ? settings.presence + settings.frequency * count : 0.0f;
        }
        logits[i] = settings.mask && !bit(settings.mask, i) ? NEGATIVE_INFINITY : logit;
    }
    __syncthreads();
}

// The model's own probabilities, before anything is adjusted.
DEVICE float report_top(Result& result, float* logits, int vocabulary, int wanted, Shared& s)
{
    float most = NEGATIVE_INFINITY;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        most = fmaxf(most, logits[i]);
    }
    most = block_max(most, s.scratch);
    float sum = 0;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        sum += expf(logits[i] - most);
    }
    float log_sum = most + logf(block_sum(sum, s.scratch));
    float ceiling = __int_as_float(0x7f800000);
    int after = -1;
    wanted = min(min(wanted, MOST_TOP), vocabulary);
    for (int n = 0; n < wanted; n++)
    {
        // The next in falling order, equal ones in order of token.
        float best = NEGATIVE_INFINITY;
        int token = 0x7fffffff;
        for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
        {
            bool is_left = logits[i] < ceiling || (logits[i] == ceiling && i > after);
            if (is_left && (logits[i] > best || (logits[i] == best && i < token)))
            {
                best = logits[i];
                token = i;
            }
        }
        float largest = block_max(best, s.scratch);
        if (threadIdx.x == 0)
        {
            s.chosen = 0x7fffffff;
        }
        __syncthreads();
        if (best == largest)
        {
            atomicMin(&s.chosen, token);
        }
        __syncthreads();
        ceiling = largest;
        after = s.chosen;
        if (threadIdx.x == 0)
        {
            result.top_tokens[n] = after;
            result.top_logprobs[n] = largest - log_sum;
        }
        __syncthreads();
    }
    if (threadIdx.x == 0)
    {
        result.top_count = wanted;
    }
    return log_sum;
}

KERNEL(sampling)(
    float* __restrict__ logits, float* __restrict__ raw, Settings* __restrict__ settings, const int* __restrict__ held, int* __restrict__ tokens,
    Result* __restrict__ results, int vocabulary)
{
    DYN_SHARED(Shared, shared);
    Shared& s = *shared;
    float* row = logits + (i64)blockIdx.x * vocabulary;
    Settings& own = settings[held[blockIdx.x]];
    Settings mine = own;
    Result& result = results[blockIdx.x];
    int is_bad = 0;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
    {
        is_bad |= !(row[i] - row[i] == 0.0f);
    }
    is_bad = __syncthreads_or(is_bad);
    float log_sum = 0;
    if (mine.logprobs >= 0 && !is_bad)
    {
        log_sum = report_top(result, row, vocabulary, mine.logprobs, s);
        for (int i = threadIdx.x; i < vocabulary; i += blockDim.x)
        {
            raw[(i64)blockIdx.x * vocabulary + i] = row[i];
        }
        __syncthreads();
    }
    int token = 0;
    if (!is_bad)
    {
        adjust(row, vocabulary, mine);
        token = mine.temperature == 0 ? block_argmax(row, vocabulary, s) : draw(row, vocabulary, mine, s);
    }
    if (threadIdx.x == 0)
    {
        result.token = token;
        result.bad = is_bad;
        result.logprob = mine.logprobs >= 0 && !is_bad ? raw[(i64)blockIdx.x * vocabulary + token] - log_sum : 0.0f;
        result.top_count = mine.logprobs >= 0 && !is_bad ? result.top_count : 0;
        own.drawn = mine.drawn + 1;
        tokens[held[blockIdx.x]] = token;
        if (mine.generated && mine.generated[token] < 0xffff)
        {
            mine.generated[token]++;
        }
    }
}
