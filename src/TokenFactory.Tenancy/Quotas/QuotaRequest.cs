namespace TokenFactory.Tenancy.Quotas;

/// <summary>What a request asks to reserve.</summary>
/// <param name="PromptTokens">Tokens of its prompt.</param>
/// <param name="MaxNewTokens">The most that may be generated, over all its answers.</param>
/// <param name="MayShrink">
/// Whether fewer new tokens will do, because the client named no number: then what the limits leave is reserved, at least one an answer.
/// </param>
/// <param name="Feature">What it uses by the piece; null for nothing.</param>
/// <param name="Answers">How many answers share the new tokens, at least 1.</param>
public readonly record struct QuotaRequest(long PromptTokens, long MaxNewTokens, bool MayShrink, string? Feature = null, int Answers = 1);
