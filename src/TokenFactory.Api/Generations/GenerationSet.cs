using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Generations;

/// <summary>The generations of one HTTP request, by choice index; those of one prompt stand together.</summary>
/// <param name="items">The accepted generations.</param>
/// <param name="perPrompt">Choices of one prompt.</param>
/// <param name="quotaEnd">The limit that left fewer tokens than there could have been; null for none.</param>
internal sealed class GenerationSet(IReadOnlyList<Generation> items, int perPrompt, QuotaEnd? quotaEnd)
{
    public IReadOnlyList<Generation> Items => items;

    public int PerPrompt => perPrompt;

    /// <summary>Tokens of all prompts, each counted once.</summary>
    public int PromptTokens => items.Where((_, index) => index % perPrompt == 0).Sum(generation => generation.Request.Prompt.Length);

    /// <summary>Tokens used, once all have ended.</summary>
    public Usage Usage => Usage.Of(items, perPrompt) with { Limit = quotaEnd?.Of(items) };

    /// <summary>Asks the engine to stop all that still run; it does within one step.</summary>
    public void Cancel()
    {
        foreach (Generation generation in items)
        {
            generation.Cancel();
        }
    }
}
