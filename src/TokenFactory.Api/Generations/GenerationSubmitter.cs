using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Metrics;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Generations;

/// <summary>Hands a request's prompts to the engine: all of its generations, or none.</summary>
internal sealed class GenerationSubmitter(ApiMetrics metrics)
{
    /// <param name="model">The model that is asked.</param>
    /// <param name="caller">For whom.</param>
    /// <param name="answerId">The answer's id; where there are several generations each has its index behind it.</param>
    /// <param name="prompts">The prompts as tokens.</param>
    /// <param name="promptField">The wire name of the field that holds them, for messages.</param>
    /// <param name="request">How to answer.</param>
    /// <exception cref="ApiException">The engine refuses one of them.</exception>
    public GenerationSet Submit(
        ServedModel model, Caller caller, string answerId, IReadOnlyList<int[]> prompts, string promptField, GenerateRequest request)
    {
        SamplingParameters sampling = SamplingFor(request, model.Defaults);
        List<Generation> accepted = new(prompts.Count * request.N);
        GenerationSet set = new(accepted, request.N);
        for (int index = 0; index < prompts.Count * request.N; index++)
        {
            Rejection? rejection = model.Engine.TrySubmit(
                new GenerationRequest
                {
                    Id = prompts.Count * request.N == 1 ? answerId : $"{answerId}-{index}",
                    Tenant = caller.Tenant,
                    TenantWeight = caller.Weight,
                    Lane = caller.Lane,
                    Prompt = prompts[index / request.N],
                    MaxNewTokens = request.MostTokens,
                    Sampling = sampling with { Seed = sampling.Seed is { } seed ? unchecked(seed + index) : null },
                    StopStrings = request.Stop,
                    StopTokens = request.StopTokenIds,
                    IgnoreEndTokens = request.IgnoreEos,
                    CacheSalt = request.CacheSalt ?? "",
                },
                out Generation? generation);
            if (rejection is not null)
            {
                set.Cancel();
                metrics.CountRefusal(model.Name, rejection.Kind);
                throw EngineErrors.From(rejection, promptField);
            }
            accepted.Add(generation!);
        }
        return set;
    }

    private static SamplingParameters SamplingFor(GenerateRequest request, SamplingParameters defaults) => defaults with
    {
        Temperature = request.Temperature ?? defaults.Temperature,
        TopK = request.TopK ?? defaults.TopK,
        TopP = request.TopP ?? defaults.TopP,
        MinP = request.MinP ?? defaults.MinP,
        RepetitionPenalty = request.RepetitionPenalty ?? defaults.RepetitionPenalty,
        PresencePenalty = request.PresencePenalty ?? defaults.PresencePenalty,
        FrequencyPenalty = request.FrequencyPenalty ?? defaults.FrequencyPenalty,
        Seed = request.Seed ?? defaults.Seed,
        LogitBias = request.LogitBias ?? defaults.LogitBias,
        Logprobs = request.WantedLogprobs is not null,
        TopLogprobs = request.WantedLogprobs ?? 0,
    };
}
