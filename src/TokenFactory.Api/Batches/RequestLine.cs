using System.Runtime.InteropServices;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Batches;

/// <summary>One request of a batch.</summary>
/// <param name="CustomId">The client's name for it.</param>
/// <param name="Model">The model that its body names; null where it names none.</param>
/// <param name="Body">The body as it is sent to the endpoint.</param>
internal sealed record RequestLine(string CustomId, string? Model, byte[] Body)
{
    /// <summary>Reads a line.</summary>
    /// <param name="line">Its bytes.</param>
    /// <param name="endpoint">The path that every line of the batch must name.</param>
    /// <param name="request">The request; null where there is an error.</param>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public static BatchError? TryRead(InputLine line, string endpoint, out RequestLine? request)
    {
        request = null;
        try
        {
            if (line.IsTooLong)
            {
                throw ApiException.Invalid("The line is longer than this server takes.", null, "line_too_long");
            }
            using JsonDocument document = Parse(line.Bytes);
            JsonFields fields = new(document.RootElement);
            string id = Demand(fields, "custom_id");
            Demand(fields, "method", "POST", "invalid_method");
            Demand(fields, "url", endpoint, "mismatched_url");
            JsonFields body = fields.Object("body") ?? throw Missing("body");
            if (body.Flag("stream") == true)
            {
                throw ApiException.Invalid("The lines of a batch cannot be streamed. Leave stream out.", "body.stream", "invalid_stream");
            }
            request = new RequestLine(id, body.Text("model"), JsonMarshal.GetRawUtf8Value(document.RootElement.GetProperty("body")).ToArray());
            return null;
        }
        catch (ApiException problem)
        {
            return new BatchError(problem.Error.Code ?? "invalid_value", problem.Message, problem.Error.Param, line.Number);
        }
    }

    private static JsonDocument Parse(byte[] utf8)
    {
        try
        {
            return JsonText.Parse(utf8);
        }
        catch (ApiException)
        {
            throw ApiException.Invalid("The line is no JSON object in UTF-8.", null, "invalid_json_line");
        }
    }

    private static string Demand(JsonFields fields, string name) => fields.Text(name) is { Length: > 0 } text ? text : throw Missing(name);

    private static void Demand(JsonFields fields, string name, string value, string code)
    {
        if (Demand(fields, name) != value)
        {
            throw ApiException.Invalid($"{name} must be {value}, as it is for the whole batch.", name, code);
        }
    }

    private static ApiException Missing(string name) => ApiException.Invalid($"{name} is missing or empty.", name, "missing_required_parameter");
}
