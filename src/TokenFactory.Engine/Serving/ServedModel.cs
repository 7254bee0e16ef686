using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Text;

namespace TokenFactory.Engine.Serving;

/// <summary>A model that answers requests: its engine, and how text becomes tokens for it.</summary>
/// <param name="Name">The name under which clients ask for it.</param>
/// <param name="Engine">The replica that computes it.</param>
/// <param name="Tokenizer">Text to tokens and back.</param>
/// <param name="ChatTemplate">Conversations to text; null where the model has no template and answers completions only.</param>
/// <param name="Defaults">Sampling where the client says nothing.</param>
/// <param name="Facts">What the model is, for people.</param>
public sealed record ServedModel(
    string Name, EngineLoop Engine, ITokenizer Tokenizer, IChatTemplate? ChatTemplate, SamplingParameters Defaults, ModelFacts Facts);

/// <summary>What a model is, for people.</summary>
/// <param name="Architecture">As its configuration names it, for instance <c>LlamaForCausalLM</c>.</param>
/// <param name="Parameters">Weights, counted.</param>
/// <param name="Folder">Where it was read from.</param>
/// <param name="LoadedAt">Since when it serves.</param>
/// <param name="LoadTime">How long loading took.</param>
public sealed record ModelFacts(string Architecture, long Parameters, string Folder, DateTimeOffset LoadedAt, TimeSpan LoadTime);
