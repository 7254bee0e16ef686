using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Metering;
using TokenFactory.Api.Metrics;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Api.Generations;

/// <summary>Reserves what a request may use and hands its prompts to the engine: all of its generations, or none.</summary>
internal sealed class GenerationSubmitter(QuotaBook quotas, IUsageLedger ledger, ApiMetrics metrics, TimeProvider clock)
{
    // Until the ledger has tried the database again.
    private static readonly TimeSpan LedgerPatience = TimeSpan.FromSeconds(2);

    /// <param name="context">The request; its answer's headers get what the limits leave.</param>
    /// <param name="model">The model that is asked.</param>
    /// <param name="caller">For whom.</param>
    /// <param name="answerId">The answer's id; where there are several generations each has its index behind it.</param>
    /// <param name="prompts">The prompts as tokens.</param>
    /// <param name="promptField">The wire name of the field that holds them, for messages.</param>
    /// <param name="request">How to answer.</param>
    /// <exception cref="ApiException">A limit or the engine refuses it, or nothing can be counted now.</exception>
    public GenerationSet Submit(
        HttpContext context, ServedModel model, Caller caller, string answerId, IReadOnlyList<int[]> prompts, string promptField, GenerateRequest request) =>
        Submit(model, caller, answerId, prompts, promptField, request, context.Response.Headers, context.RequestAborted);

    /// <summary>The same for a request that did not come over HTTP, or is answered otherwise.</summary>
    /// <param name="model">The model that is asked.</param>
    /// <param name="caller">For whom.</param>
    /// <param name="answerId">The answer's id; where there are several generations each has its index behind it.</param>
    /// <param name="prompts">The prompts as tokens.</param>
    /// <param name="promptField">The wire name of the field that holds them, for messages.</param>
    /// <param name="request">How to answer.</param>
    /// <param name="headers">Gets what the limits leave; null where nobody reads it.</param>
    /// <param name="cancellation">Gives up what is done before the engine has it.</param>
    /// <exception cref="ApiException">A limit or the engine refuses it, or nothing can be counted now.</exception>
    public GenerationSet Submit(
        ServedModel model, Caller caller, string answerId, IReadOnlyList<int[]> prompts, string promptField, GenerateRequest request,
        IHeaderDictionary? headers, CancellationToken cancellation)
    {
        if (RequestMeter.FindObstacle(ledger) is { } obstacle)
        {
            throw ApiException.Unavailable(obstacle, "ledger_unavailable", LedgerPatience);
        }
        TokenConstraint? constraint = request.Constraint?.CompileFor(model, cancellation);
        int answers = prompts.Count * request.N;
        QuotaRequest wanted = QuotaNeeds.Of(model, caller, prompts, request);
        Reservation reservation = Reserve(headers, model, caller, wanted);
        int? mostEach = request.MostTokens ?? (int)Math.Min(int.MaxValue, reservation.NewTokens / answers);

        // All answers go to one replica: they share their prompt's keys and values there, and are one row of the ledger.
        EngineLoop replica = model.ChooseReplica();
        RequestIdentity who = new(
            caller.Acting?.LedgerKey ?? answerId, caller.RequestId, caller.Grant, model.Name, replica.Device.Id, caller.Lane, caller.Feature, caller.Acting?.Work, request.Operation);
        RequestMeter meter = new(ledger, who, reservation, answers, request.N, clock);
        List<Generation> accepted = new(answers);
        GenerationSet set = new(accepted, request.N, reservation.Bound is { } bound ? new QuotaEnd(bound, mostEach.Value) : null);
        SamplingParameters sampling = SamplingFor(request, model.Defaults);
        try
        {
            for (int index = 0; index < answers; index++)
            {
                Rejection? rejection = replica.TrySubmit(
                    new GenerationRequest
                    {
                        Id = answers == 1 ? answerId : $"{answerId}-{index}",
                        Tenant = caller.Tenant,
                        TenantWeight = caller.Grant.Weight,
                        Lane = caller.Lane,
                        Prompt = prompts[index / request.N],
                        MaxNewTokens = mostEach,
                        Sampling = sampling with { Seed = sampling.Seed is { } seed ? unchecked(seed + index) : null },
                        Constraint = constraint,
                        StopStrings = request.Stop,
                        StopTokens = request.StopTokenIds,
                        IgnoreEndTokens = request.IgnoreEos,
                        SkipSpecialTokens = !request.ShowsSpecialTokens,
                        CacheSalt = request.CacheSalt ?? "",
                        Listener = meter.ListenTo(index),
                    },
                    out Generation? generation);
                if (rejection is not null)
                {
                    meter.Refuse();
                    set.Cancel();
                    metrics.CountRefusal(model.Name, rejection.Kind.ToString());
                    throw EngineErrors.From(rejection, promptField);
                }
                meter.Accept();
                accepted.Add(generation!);
            }
        }
        finally
        {
            meter.Complete();
        }
        return set;
    }

    private Reservation Reserve(IHeaderDictionary? headers, ServedModel model, Caller caller, in QuotaRequest wanted)
    {
        QuotaRefusal? refusal = quotas.TryReserve(caller.Grant.Terms, wanted, out Reservation? reservation);
        if (headers is not null)
        {
            RateHeaders.Write(headers, quotas.Room(caller.Grant.Terms));
        }
        if (refusal is not null)
        {
            metrics.CountRefusal(model.Name, WireNames.Of(refusal.Limit));
            throw QuotaErrors.From(refusal);
        }
        return reservation!;
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
