using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Serving;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Api.Generations;

/// <summary>What a request may need at most.</summary>
internal static class QuotaNeeds
{
    /// <summary>
    /// Its prompts, each once, and the most that all its answers may have: the number it names, else as many as the model's context
    /// leaves, of which fewer will do.
    /// </summary>
    /// <exception cref="ApiException">It names more than its plan allows for one request.</exception>
    public static QuotaRequest Of(ServedModel model, Caller caller, IReadOnlyList<int[]> prompts, GenerateRequest request)
    {
        int answers = prompts.Count * request.N;
        CheckPlan(caller, request.MostTokens, answers);
        long promptTokens = 0;
        long newTokens = 0;
        foreach (int[] prompt in prompts)
        {
            int most = Math.Max(1, model.MaxContext - prompt.Length);
            promptTokens += prompt.Length;
            newTokens += (long)request.N * Math.Max(1, Math.Min(request.MostTokens ?? most, most));
        }
        return new QuotaRequest(promptTokens, newTokens, MayShrink: request.MostTokens is null, caller.Feature, answers);
    }

    /// <summary>Of prompts that are embedded: their tokens and no others.</summary>
    public static QuotaRequest OfEmbeddings(Caller caller, IReadOnlyList<int[]> prompts) =>
        new(prompts.Sum(prompt => (long)prompt.Length), MaxNewTokens: 0, MayShrink: false, caller.Feature, prompts.Count);

    private static void CheckPlan(Caller caller, int? mostEach, int answers)
    {
        if (caller.Grant.Terms.MaxTokensPerRequest is { } most && (long)(mostEach ?? 1) * answers > most)
        {
            throw ApiException.Invalid(
                $"The plan {caller.Grant.Plan.Name} allows {most} new tokens a request; this one asks for {answers} answers of up to {mostEach ?? 1}. Ask for fewer, or leave max_tokens out.",
                "max_tokens",
                "plan_max_tokens");
        }
    }
}
