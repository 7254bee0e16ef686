using System.Text.Json;
using TokenFactory.Api.Administration;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Responses;

/// <summary>Reads <c>input</c> as the items that it means.</summary>
internal static class InputItems
{
    private const string Field = "input";

    /// <summary>The items, in order; references stay references. Those without an id get one.</summary>
    /// <exception cref="ApiException">One is malformed, or is of what is not supported.</exception>
    public static ResponseItem[] Read(JsonFields fields, ItemIds ids) => fields.Find(Field) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } text => [MessageOf("user", [new ResponsePart(ResponsePart.Input, text.GetString()!)], ids.Next(ResponseItem.Message))],
        { ValueKind: JsonValueKind.Array } items => JsonFields.List(items, Field, (item, place) => ReadItem(item, place, ids)),
        { } other => throw JsonFields.Wrong(Field, "a string or an array of items", other),
    };

    private static ResponseItem ReadItem(JsonElement item, string place, ItemIds ids)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "an object with type", item);
        }
        JsonFields fields = new(item, place + ".");
        string type = fields.Text("type") ?? (fields.Text("role") is null && fields.Text("id") is not null ? ResponseItem.Reference : ResponseItem.Message);
        string id = fields.Text("id") is { Length: > 0 } given ? given : type == ResponseItem.Reference ? throw Missing(fields, "id") : ids.Next(type);
        return type switch
        {
            ResponseItem.Message => ReadMessage(fields, id),
            ResponseItem.Reasoning => new ResponseItem(type, id)
            {
                Status = ResponseItem.Completed,
                Summary = fields.List("summary", (part, at) => ReadPart(part, at, ResponsePart.SummaryText)) ?? [],
                Content = fields.List("content", (part, at) => ReadPart(part, at, ResponsePart.Thought)),
            },
            ResponseItem.Call => new ResponseItem(type, id)
            {
                Status = ResponseItem.Completed,
                CallId = Demand(fields, "call_id"),
                Name = Demand(fields, "name"),
                Arguments = fields.Text("arguments") ?? throw Missing(fields, "arguments"),
            },
            ResponseItem.CallOutput => new ResponseItem(type, id) { Status = ResponseItem.Completed, CallId = Demand(fields, "call_id"), Output = ReadOutput(fields) },
            ResponseItem.Reference => new ResponseItem(type, id),
            _ => throw ApiException.Invalid(
                $"{place} is of type {AdminPaths.Shown(type)}; only message, reasoning, function_call, function_call_output and item_reference are supported.", Field, "unsupported_item"),
        };
    }

    private static ResponseItem ReadMessage(JsonFields fields, string id)
    {
        string? role = fields.Text("role");
        if (role is not ("user" or "assistant" or "system" or "developer"))
        {
            throw ApiException.Invalid($"{fields.PathOf("role")} must be user, assistant, system or developer.", Field);
        }
        string type = role == "assistant" ? ResponsePart.Output : ResponsePart.Input;
        return MessageOf(role, ReadParts(fields, "content", type) ?? throw Missing(fields, "content"), id);
    }

    private static ResponseItem MessageOf(string role, IReadOnlyList<ResponsePart> parts, string id) =>
        new(ResponseItem.Message, id) { Status = ResponseItem.Completed, Role = role, Content = parts };

    private static string ReadOutput(JsonFields fields) => ReadParts(fields, "output", ResponsePart.Input) is { } parts
        ? string.Join('\n', parts.Select(part => part.Text))
        : throw Missing(fields, "output");

    /// <summary>A string or an array of parts of a type; null where the field is absent.</summary>
    private static ResponsePart[]? ReadParts(JsonFields fields, string name, string type) => fields.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => [PartOf(type, text.GetString()!)],
        { ValueKind: JsonValueKind.Array } parts => JsonFields.List(parts, fields.PathOf(name), (part, at) => ReadPart(part, at, type)),
        { } other => throw JsonFields.Wrong(fields.PathOf(name), "a string or an array of parts", other),
    };

    /// <summary>A part of text. Clients send what a model said as what it said, or as input; both are text.</summary>
    private static ResponsePart ReadPart(JsonElement part, string place, string type)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, $"an object of type {type}", part);
        }
        JsonFields fields = new(part, place + ".");
        string given = fields.Text("type") ?? throw Missing(fields, "type");
        string name = given == "refusal" ? "refusal" : "text";
        bool isText = given == type || (type == ResponsePart.Output && given is ResponsePart.Input or "refusal");
        return isText
            ? PartOf(type, fields.Text(name) ?? throw Missing(fields, name))
            : throw ApiException.Invalid($"{place} is of type {AdminPaths.Shown(given)}, which is not supported here; only {type} is.", Field, "unsupported_content");
    }

    private static ResponsePart PartOf(string type, string text) => type == ResponsePart.Output ? ResponsePart.Said(text) : new ResponsePart(type, text);

    private static string Demand(JsonFields fields, string name) => fields.Text(name) is { Length: > 0 } text ? text : throw Missing(fields, name);

    private static ApiException Missing(JsonFields fields, string name) => ApiException.Invalid($"{fields.PathOf(name)} is missing.", Field);
}
