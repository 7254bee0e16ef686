using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Generations;

/// <summary>The generations of one HTTP request, by choice index; those of one prompt stand together.</summary>
/// <param name="items">The accepted generations.</param>
/// <param name="perPrompt">Choices of one prompt.</param>
internal sealed class GenerationSet(IReadOnlyList<Generation> items, int perPrompt)
{
    public IReadOnlyList<Generation> Items => items;

    public int PerPrompt => perPrompt;

    /// <summary>Tokens used, once all have ended.</summary>
    public Usage Usage => Usage.Of(items, perPrompt);

    /// <summary>Asks the engine to stop all that still run; it does within one step.</summary>
    public void Cancel()
    {
        foreach (Generation generation in items)
        {
            generation.Cancel();
        }
    }
}
