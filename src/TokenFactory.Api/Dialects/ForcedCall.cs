using System.Text.Json;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// The opening text of a call, put at the end of the prompt so that the answer can only go on with it. It makes the answer a call, and
/// where one is named, of that tool; what makes the rest of it valid is a constraint on what follows.
/// </summary>
internal static class ForcedCall
{
    /// <summary>The text of the format.</summary>
    /// <param name="format">The model's way to write calls; not none.</param>
    /// <param name="name">The tool; null for one of several.</param>
    public static string Open(ToolFormat format, string? name) => (format, name) switch
    {
        (ToolFormat.Hermes, null) => "<tool_call>\n",
        (ToolFormat.Hermes, _) => $"<tool_call>\n{{\"name\": {Quote(name)}, \"arguments\":",
        (ToolFormat.Llama, null) => "",
        (ToolFormat.Llama, _) => $"{{\"name\": {Quote(name)}, \"parameters\":",
        (ToolFormat.MistralList, null) => "[TOOL_CALLS][",
        (ToolFormat.MistralList, _) => $"[TOOL_CALLS][{{\"name\": {Quote(name)}, \"arguments\":",
        (ToolFormat.MistralNamed, null) => "[TOOL_CALLS]",
        (ToolFormat.MistralNamed, _) => $"[TOOL_CALLS]{name}[ARGS]",
        (ToolFormat.Harmony, null) => " to=functions.",
        (ToolFormat.Harmony, _) => $" to=functions.{name}<|channel|>commentary json<|message|>",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "This format has no calls."),
    };

    private static string Quote(string name) => $"\"{JsonEncodedText.Encode(name)}\"";
}
