using TokenFactory.Api.Dialects;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>A conversation as a model takes it.</summary>
/// <param name="Tokens">The prompt.</param>
/// <param name="Reading">How its answers are to be read.</param>
internal sealed record EncodedChat(int[] Tokens, ReadingPlan Reading);
