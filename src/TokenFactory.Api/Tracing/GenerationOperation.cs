namespace TokenFactory.Api.Tracing;

/// <summary>What a request asks for, as OpenTelemetry's conventions for generative AI tell requests apart.</summary>
public enum GenerationOperation : byte
{
    /// <summary>The next turn of a conversation.</summary>
    Chat,

    /// <summary>The continuation of a text.</summary>
    TextCompletion,

    /// <summary>The vectors of texts.</summary>
    Embeddings,
}
