namespace TokenFactory.Models.ChatTemplates;

/// <summary>Which of the <see cref="ChatTemplateLimits"/> a rendering ran into.</summary>
public enum ChatTemplateLimit
{
    SourceLength,
    Steps,
    OutputLength,
    AllocatedBytes,
    Depth,
}

/// <summary>
/// What one rendering may spend. Templates come with downloaded models and are untrusted: these limits turn a template that
/// loops or grows without end into a typed error. The defaults leave room for conversations of some million tokens.
/// </summary>
public sealed record ChatTemplateLimits
{
    public static ChatTemplateLimits Default { get; } = new();

    /// <summary>The longest template source, in UTF-16 units.</summary>
    public int MaxSourceLength { get; init; } = 1 << 20;

    /// <summary>
    /// Steps: one for each evaluated node, loop iteration and visited element; operations on text count by length.
    /// </summary>
    public long MaxSteps { get; init; } = 5_000_000;

    /// <summary>The longest text, output or value, in UTF-16 units.</summary>
    public int MaxOutputLength { get; init; } = 16 << 20;

    /// <summary>Bytes of text, lists and maps that the template creates, in all: an estimate that never counts a release.</summary>
    public long MaxAllocatedBytes { get; init; } = 256L << 20;

    /// <summary>How deep macro calls and recursive loops may nest.</summary>
    public int MaxCallDepth { get; init; } = 200;

    /// <summary>How deep lists and maps may nest where they are printed, compared or written as JSON.</summary>
    public int MaxValueDepth { get; init; } = 200;
}
