using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Messages;

/// <summary>How an answer's end is written in Anthropic's protocol.</summary>
internal static class StopReasons
{
    public static string Name(GenerationOutcome outcome, bool hasCalls) =>
        outcome.Reason == FinishReason.Length ? "max_tokens" : outcome.StopString is not null ? "stop_sequence" : hasCalls ? "tool_use" : "end_turn";
}
