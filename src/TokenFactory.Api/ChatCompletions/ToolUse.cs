using System.Text.Json;
using TokenFactory.Api.Constraints;
using TokenFactory.Engine.Constraints.ToolCalls;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>The tools of a request and what the model may do with them.</summary>
/// <param name="Tools">A JSON array of descriptions, as chat templates read them.</param>
/// <param name="Names">The tools' names.</param>
/// <param name="Choice">Whether one is to be called.</param>
/// <param name="Forced">The one that is to be called, where <paramref name="Choice"/> is <see cref="ToolChoice.Required"/> and it is known; else null.</param>
/// <param name="Arguments">The form of the forced call's arguments, which are then all that the model writes; null where none is forced.</param>
/// <param name="Forms">The tools as their calls are held to them; empty where none may be called.</param>
/// <param name="OneCall">Whether an answer may hold only one call.</param>
internal sealed record ToolUse(
    JsonElement Tools, IReadOnlySet<string> Names, ToolChoice Choice, string? Forced, AskedConstraint? Arguments, IReadOnlyList<CallableTool> Forms, bool OneCall)
{
    /// <summary>Whether a tool is strict, so that calls are held also where the model makes them by itself.</summary>
    public bool HasStrict => Forms.Any(form => form.Schema is not null);
}

/// <summary>Whether a model is to call a tool.</summary>
internal enum ToolChoice
{
    /// <summary>It may.</summary>
    Auto,

    /// <summary>It must not.</summary>
    None,

    /// <summary>It must.</summary>
    Required,
}
