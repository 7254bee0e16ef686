using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Reads the further variables of a chat template, those that the client names and those that stand for a field.</summary>
internal static class ChatVariables
{
    private static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh"];

    /// <summary>
    /// <c>chat_template_kwargs</c>, and <c>reasoning_effort</c> as the variable of that name; with the effort <c>none</c> also
    /// <c>enable_thinking</c> is false. What the client names itself wins.
    /// </summary>
    /// <exception cref="ApiException">A field is malformed.</exception>
    public static Dictionary<string, JsonElement>? Read(JsonFields fields)
    {
        Dictionary<string, JsonElement> variables = [];
        if (fields.Text("reasoning_effort") is { } effort)
        {
            if (!Efforts.Contains(effort))
            {
                throw ApiException.Invalid($"reasoning_effort must be one of {string.Join(", ", Efforts)}.", "reasoning_effort");
            }
            variables["reasoning_effort"] = fields.Find("reasoning_effort")!.Value;
            if (effort == "none")
            {
                variables["enable_thinking"] = JsonElement.Parse("false"u8);
            }
        }
        if (fields.Object("chat_template_kwargs") is { } named)
        {
            foreach (JsonProperty variable in named.Enumerate())
            {
                variables[variable.Name] = variable.Value;
            }
        }
        return variables.Count > 0 ? variables : null;
    }
}
