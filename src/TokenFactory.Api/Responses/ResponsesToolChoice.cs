using System.Text.Json;
using TokenFactory.Api.Administration;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Responses;

/// <summary>Which tools a model may call, and whether it must.</summary>
/// <param name="Asked">As it was asked for.</param>
/// <param name="Mode"><c>auto</c>, <c>none</c> or <c>required</c>; null where a function is named.</param>
/// <param name="Function">The function that is to be called; null where none is named.</param>
/// <param name="Allowed">The functions that the model is told of; null: all.</param>
internal sealed record ResponsesToolChoice(JsonElement Asked, string? Mode, string? Function = null, IReadOnlySet<string>? Allowed = null)
{
    private const string Field = "tool_choice";

    private static readonly ResponsesToolChoice Auto = new(JsonElement.Parse("\"auto\""u8), "auto");

    /// <exception cref="ApiException">It is malformed, or names a tool that runs on OpenAI's servers.</exception>
    public static ResponsesToolChoice Read(JsonFields fields, IReadOnlyList<ResponseTool> tools) => fields.Find(Field) switch
    {
        null => Auto,
        { ValueKind: JsonValueKind.String } mode => new ResponsesToolChoice(mode.Clone(), ReadMode(mode.GetString(), Field, "none", "auto", "required")),
        { ValueKind: JsonValueKind.Object } choice => Read(choice.Clone(), new JsonFields(choice, "tool_choice."), tools),
        { } other => throw JsonFields.Wrong(Field, "a string or an object", other),
    };

    private static ResponsesToolChoice Read(JsonElement asked, JsonFields choice, IReadOnlyList<ResponseTool> tools) => choice.Text("type") switch
    {
        "function" => new ResponsesToolChoice(asked, null, Demand(choice.Text("name"), "tool_choice.name", tools)),
        "allowed_tools" => new ResponsesToolChoice(
            asked, ReadMode(choice.Text("mode"), "tool_choice.mode", "auto", "required"), null, ReadAllowed(choice, tools)),
        null => throw ApiException.Invalid("tool_choice.type is missing; it must be function or allowed_tools.", Field),
        { } other => throw ApiException.Invalid(
            $"tool_choice.type is {AdminPaths.Shown(other)}; only function and allowed_tools are supported.", Field, "unsupported_parameter"),
    };

    private static HashSet<string> ReadAllowed(JsonFields choice, IReadOnlyList<ResponseTool> tools)
    {
        string[] names = choice.List("tools", (tool, place) =>
        {
            if (tool.ValueKind != JsonValueKind.Object)
            {
                throw JsonFields.Wrong(place, "an object with type and name", tool);
            }
            JsonFields fields = new(tool, place + ".");
            return fields.Text("type") is "function"
                ? Demand(fields.Text("name"), place + ".name", tools)
                : throw ApiException.Invalid($"{place}.type must be function; other tools are not supported.", Field, "unsupported_parameter");
        }) ?? [];
        return names.Length > 0 ? [.. names] : throw ApiException.Invalid("tool_choice.tools is missing or empty; name the functions that may be called.", Field);
    }

    private static string Demand(string? name, string place, IReadOnlyList<ResponseTool> tools) =>
        name is not null && tools.Any(tool => tool.Name == name) ? name : throw ApiException.Invalid($"{place} must be the name of a function in tools.", Field);

    private static string ReadMode(string? mode, string place, params string[] modes) =>
        modes.Contains(mode) ? mode! : throw ApiException.Invalid($"{place} must be {string.Join(", ", modes)}{(place == Field ? ", or an object that names a function" : "")}.", Field);
}
