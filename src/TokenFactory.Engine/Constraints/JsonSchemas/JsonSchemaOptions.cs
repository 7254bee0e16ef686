namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>How JSON may be spaced.</summary>
public enum JsonWhitespace
{
    /// <summary>One space, or none, after each comma and colon.</summary>
    OneSpace,

    /// <summary>No space anywhere.</summary>
    Compact,
}

/// <summary>How a JSON Schema is held to.</summary>
public sealed record JsonSchemaOptions
{
    public JsonWhitespace Whitespace { get; init; } = JsonWhitespace.OneSpace;

    /// <summary>Whether the schema must follow the rules of OpenAI's strict mode, see <see cref="StrictSchema"/>.</summary>
    public bool Strict { get; init; }

    public ConstraintLimits Limits { get; init; } = ConstraintLimits.Default;
}
