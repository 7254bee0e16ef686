using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Embeddings;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Metering;
using TokenFactory.Api.Metrics;
using TokenFactory.Api.Tracing;
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
        RequireLedger();
        TokenConstraint? constraint = request.Constraint?.CompileFor(model, cancellation);
        Reservation reservation = Reserve(headers, model, caller, QuotaNeeds.Of(model, caller, prompts, request));
        int mostEach = request.MostTokens ?? (int)Math.Min(int.MaxValue, reservation.NewTokens / (prompts.Count * request.N));
        GenerationRequest each = new()
        {
            Id = answerId,
            Tenant = caller.Tenant,
            TenantWeight = caller.Grant.Weight,
            Lane = caller.Lane,
            Prompt = prompts[0],
            MaxNewTokens = mostEach,
            Sampling = SamplingFor(request, model.Defaults),
            Constraint = constraint,
            StopStrings = request.Stop,
            StopTokens = request.StopTokenIds,
            IgnoreEndTokens = request.IgnoreEos,
            SkipSpecialTokens = !request.ShowsSpecialTokens,
            CacheSalt = request.CacheSalt ?? "",
        };
        QuotaEnd? end = reservation.Bound is { } bound ? new QuotaEnd(bound, mostEach) : null;
        return HandIn(new Work(model, caller, request.Operation, promptField, request.N), each, prompts, reservation, end);
    }

    /// <summary>The same of texts that are embedded, one vector each.</summary>
    /// <param name="context">The request; its answer's headers get what the limits leave.</param>
    /// <param name="model">The model that is asked.</param>
    /// <param name="caller">For whom.</param>
    /// <param name="answerId">Names the request in the ledger.</param>
    /// <param name="prompts">The texts as tokens.</param>
    /// <param name="request">Of what field they are, and with whom they share cached prefixes.</param>
    /// <exception cref="ApiException">A limit or the engine refuses it, or nothing can be counted now.</exception>
    public GenerationSet SubmitEmbeddings(
        HttpContext context, ServedModel model, Caller caller, string answerId, IReadOnlyList<int[]> prompts, EmbeddingRequest request)
    {
        RequireLedger();
        Reservation reservation = Reserve(context.Response.Headers, model, caller, QuotaNeeds.OfEmbeddings(caller, prompts));
        GenerationRequest each = new()
        {
            Id = answerId,
            Tenant = caller.Tenant,
            TenantWeight = caller.Grant.Weight,
            Lane = caller.Lane,
            Prompt = prompts[0],
            Embeds = true,
            CacheSalt = request.CacheSalt ?? "",
        };
        return HandIn(new Work(model, caller, GenerationOperation.Embeddings, EmbeddingReader.Input, PerPrompt: 1), each, prompts, reservation, end: null);
    }

    private void RequireLedger()
    {
        if (RequestMeter.FindObstacle(ledger) is { } obstacle)
        {
            throw ApiException.Unavailable(obstacle, "ledger_unavailable", LedgerPatience);
        }
    }

    /// <summary>Gives the engine as many generations like <paramref name="each"/> as there are answers, or none.</summary>
    private GenerationSet HandIn(in Work work, GenerationRequest each, IReadOnlyList<int[]> prompts, Reservation reservation, QuotaEnd? end)
    {
        (ServedModel model, Caller caller) = (work.Model, work.Caller);
        int answers = prompts.Count * work.PerPrompt;

        // All answers go to one replica: they share their prompt's keys and values there, and are one row of the ledger.
        EngineLoop replica = model.ChooseReplica();
        RequestIdentity who = new(
            caller.Acting?.LedgerKey ?? each.Id, caller.RequestId, caller.Grant, model.Name, replica.Device.Id, caller.Lane, caller.Feature, caller.Acting?.Work, work.Operation);
        RequestMeter meter = new(ledger, who, reservation, answers, work.PerPrompt, clock);
        List<Generation> accepted = new(answers);
        GenerationSet set = new(accepted, work.PerPrompt, end);
        SamplingParameters sampling = each.Sampling;
        try
        {
            for (int index = 0; index < answers; index++)
            {
                Rejection? rejection = replica.TrySubmit(
                    each with
                    {
                        Id = answers == 1 ? each.Id : $"{each.Id}-{index}",
                        Prompt = prompts[index / work.PerPrompt],
                        Sampling = sampling.Seed is { } seed ? sampling with { Seed = unchecked(seed + index) } : sampling,
                        Listener = meter.ListenTo(index),
                    },
                    out Generation? generation);
                if (rejection is not null)
                {
                    meter.Refuse();
                    set.Cancel();
                    metrics.CountRefusal(model.Name, rejection.Kind.ToString());
                    throw EngineErrors.From(rejection, work.PromptField);
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

    /// <summary>What all answers of a request have in common beside how they are generated.</summary>
    /// <param name="Model">The model that is asked.</param>
    /// <param name="Caller">For whom.</param>
    /// <param name="Operation">What is asked for.</param>
    /// <param name="PromptField">The wire name of the field that holds the prompts.</param>
    /// <param name="PerPrompt">Answers to each prompt.</param>
    private readonly record struct Work(ServedModel Model, Caller Caller, GenerationOperation Operation, string PromptField, int PerPrompt);
}
