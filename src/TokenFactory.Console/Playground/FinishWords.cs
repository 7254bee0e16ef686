using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Playground;

/// <summary>Why an answer ended, in words for people.</summary>
public static class FinishWords
{
    public static string Of(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "ended by itself",
        FinishReason.Length => "token limit reached",
        FinishReason.Cancelled => "stopped",
        FinishReason.Abandoned => "ended because nobody read on",
        FinishReason.Failed => "failed",
        _ => "",
    };
}
