namespace TokenFactory.Engine.Loop;

/// <summary>
/// Hears the two turning points of one generation, on the engine's own thread: an implementation returns at once and throws nothing.
/// Every accepted generation ends exactly once; one that ends in the queue never begins.
/// </summary>
public interface IGenerationListener
{
    /// <summary>Its first step has completed.</summary>
    void OnStarted(Generation generation);

    /// <summary>It has ended. Called before its reader learns of it.</summary>
    void OnFinished(Generation generation, GenerationOutcome outcome);
}
