using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Generations;

/// <summary>How an answer's end is written in the protocol.</summary>
internal static class FinishReasons
{
    public static string Name(FinishReason reason) => reason == FinishReason.Length ? "length" : "stop";
}
