using System.Text.Json.Serialization;

namespace TokenFactory.Api.Batches;

/// <summary>What is wrong with a batch's input.</summary>
/// <param name="Code">A stable name of the error for programs.</param>
/// <param name="Message">In words.</param>
/// <param name="Param">The field at fault, or null.</param>
/// <param name="Line">The line's number, from 1; null where it is no line's.</param>
public sealed record BatchError(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("param")] string? Param,
    [property: JsonPropertyName("line")] int? Line);
