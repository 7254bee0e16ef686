namespace TokenFactory.Api.Generations;

/// <summary>What every piece of an answer repeats.</summary>
/// <param name="Id">Names the answer; the engine knows its generations by it too.</param>
/// <param name="Created">When, in Unix seconds.</param>
/// <param name="Model">The model that answers.</param>
/// <param name="ServiceTier">The tier that it is answered in; null where none was asked for.</param>
internal sealed record AnswerHead(string Id, long Created, string Model, string? ServiceTier = null)
{
    /// <param name="prefix">What the protocol puts before ids of this kind of answer.</param>
    /// <param name="model">The model that answers.</param>
    public static AnswerHead New(string prefix, string model) => new($"{prefix}{Guid.NewGuid():N}", DateTimeOffset.UtcNow.ToUnixTimeSeconds(), model);
}
