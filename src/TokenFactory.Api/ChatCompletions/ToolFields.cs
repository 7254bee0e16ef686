using System.Globalization;
using System.Text.Json;
using TokenFactory.Api.Constraints;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.ToolCalls;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Reads the fields about tools.</summary>
internal static class ToolFields
{
    private const int MostTools = 128;
    private const int LongestName = 64;

    /// <summary>The tools of a request; null where there are none.</summary>
    /// <exception cref="ApiException">A field is malformed, or asks for what is not supported.</exception>
    public static ToolUse? Read(JsonFields fields)
    {
        bool oneCall = fields.Flag("parallel_tool_calls") == false;
        string[] names = fields.List("tools", ReadTool) ?? [];
        if (names.Length == 0)
        {
            return RefuseChoice(fields);
        }
        if (names.Length > MostTools)
        {
            throw ApiException.Invalid($"tools has {names.Length} elements; at most {MostTools} are allowed.", "tools");
        }
        HashSet<string> distinct = [.. names];
        if (distinct.Count < names.Length)
        {
            throw ApiException.Invalid("tools names a function twice; each needs a name of its own.", "tools");
        }
        (ToolChoice choice, string? forced) = ReadChoice(fields, distinct);
        if (choice == ToolChoice.Required && names.Length == 1)
        {
            forced = names[0];
        }
        JsonElement tools = fields.Find("tools")!.Value;
        CallableTool[] forms = choice == ToolChoice.None ? [] : ReadForms(tools, names);
        return new ToolUse(tools, distinct, choice, forced, forced is null ? null : ReadArguments(forms, forced), forms, oneCall);
    }

    /// <summary>The tools as calls are held to them: to their schema where they are strict, which must then be one of strict mode, else to any object.</summary>
    private static CallableTool[] ReadForms(JsonElement tools, string[] names)
    {
        CallableTool[] forms = new CallableTool[names.Length];
        for (int index = 0; index < forms.Length; index++)
        {
            JsonFields function = new(tools[index].GetProperty("function"), string.Create(CultureInfo.InvariantCulture, $"tools[{index}].function."));
            string? schema = function.Flag("strict") == true && function.Find("parameters") is { } parameters
                ? ConstraintFields.StrictlySchema("tools", function.PathOf("parameters"), parameters).Source.Text
                : null;
            forms[index] = new CallableTool(names[index], schema);
        }
        return forms;
    }

    /// <summary>The form of the arguments of a tool that must be called.</summary>
    private static AskedConstraint ReadArguments(CallableTool[] forms, string forced)
    {
        int index = Array.FindIndex(forms, form => form.Name == forced);
        return forms[index].Schema is { } schema
            ? new AskedConstraint("tools", string.Create(CultureInfo.InvariantCulture, $"tools[{index}].function.parameters"), new ConstraintSource(ConstraintLanguage.JsonSchema, schema))
            : ConstraintFields.AnyObject("tool_choice");
    }

    /// <summary>Whether a name is one that every model's format can hold: letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, at most 64.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    private static ToolUse? RefuseChoice(JsonFields fields) => fields.Find("tool_choice") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } choice when choice.ValueEquals("none"u8) || choice.ValueEquals("auto"u8) => null,
        _ => throw ApiException.Invalid("tool_choice asks for a call, and tools is empty or missing.", "tool_choice"),
    };

    /// <summary>Checks a tool and gives its name.</summary>
    private static string ReadTool(JsonElement tool, string place)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "an object with type and function", tool);
        }
        JsonFields fields = new(tool, place + ".");
        string type = fields.Text("type") ?? throw ApiException.Invalid($"{place}.type is missing; it must be \"function\".", "tools");
        if (type != "function")
        {
            throw ApiException.Invalid($"{place} is of type {type}; only tools of type function are supported.", "tools", "unsupported_tool");
        }
        JsonFields function = fields.Object("function") ?? throw ApiException.Invalid($"{place}.function is missing.", "tools");
        string name = function.Text("name") ?? throw ApiException.Invalid($"{function.PathOf("name")} is missing.", "tools");
        if (!IsName(name))
        {
            throw ApiException.Invalid(
                $"{function.PathOf("name")} must be 1 to {LongestName} letters, digits, '_', '-' or '.'.", "tools");
        }
        function.Text("description");
        function.Object("parameters");
        return name;
    }

    private static (ToolChoice Choice, string? Forced) ReadChoice(JsonFields fields, HashSet<string> names)
    {
        switch (fields.Find("tool_choice"))
        {
            case null:
                return (ToolChoice.Auto, null);
            case { ValueKind: JsonValueKind.String } choice:
                return choice.GetString() switch
                {
                    "auto" => (ToolChoice.Auto, null),
                    "none" => (ToolChoice.None, null),
                    "required" => (ToolChoice.Required, null),
                    _ => throw ApiException.Invalid("tool_choice must be none, auto, required, or an object that names a function.", "tool_choice"),
                };
            case { ValueKind: JsonValueKind.Object } choice:
                return (ToolChoice.Required, ReadForced(new JsonFields(choice, "tool_choice."), names));
            case { } other:
                throw JsonFields.Wrong("tool_choice", "a string, or an object that names a function", other);
        }
    }

    private static string ReadForced(JsonFields choice, HashSet<string> names)
    {
        if (choice.Text("type") is var type && type != "function")
        {
            throw ApiException.Invalid($"tool_choice.type is {type ?? "missing"}; only function is supported.", "tool_choice", "unsupported_parameter");
        }
        string name = choice.Object("function")?.Text("name") ?? throw ApiException.Invalid("tool_choice.function.name is missing.", "tool_choice");
        return names.Contains(name) ? name : throw ApiException.Invalid("tool_choice names a function that tools does not have.", "tool_choice");
    }
}
