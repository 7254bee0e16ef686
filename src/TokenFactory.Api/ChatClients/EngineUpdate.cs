using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.ChatClients;

/// <summary>What an update of a chat client is made of: its <c>RawRepresentation</c>.</summary>
/// <param name="Generation">The answer under way; its outcome is set once the last update has come.</param>
/// <param name="Delta">What is new, tokens with their log probabilities among it. It is filled anew for the next update.</param>
public sealed record EngineUpdate(Generation Generation, GenerationDelta Delta);
