using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Generations;

/// <summary>How an answer's end is written in the protocol.</summary>
internal static class FinishReasons
{
    public static string Name(FinishReason reason, bool hasCalls = false) => reason == FinishReason.Length ? "length" : hasCalls ? "tool_calls" : "stop";
}
