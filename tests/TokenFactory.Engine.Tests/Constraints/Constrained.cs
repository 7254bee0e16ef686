using System.Text;
using System.Text.Json;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.JsonSchemas;
using TokenFactory.Engine.Constraints.Vocabulary;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>Constraints over a vocabulary of single bytes, for tests of what a constraint matches.</summary>
internal static class Constrained
{
    public const int End = 256;

    /// <summary>Token ids are bytes; 256 ends a text.</summary>
    public static ConstraintVocabulary Bytes { get; } =
        ConstraintVocabulary.Create([.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), "<end>"u8.ToArray()], [End]);

    public static TokenConstraint Regex(string expression) => TokenConstraint.FromRegex(expression, Bytes);

    public static TokenConstraint Grammar(string grammar) => TokenConstraint.FromGrammar(grammar, Bytes);

    public static TokenConstraint Schema(string schema, JsonSchemaOptions? options = null) => TokenConstraint.FromJsonSchema(JsonElement.Parse(schema), Bytes, options);

    /// <summary>Whether the text, all of it, satisfies the constraint.</summary>
    public static bool Accepts(this TokenConstraint constraint, string text)
    {
        ConstraintState state = constraint.CreateState();
        return Encoding.UTF8.GetBytes(text).All(value => state.TryAccept(value)) && state.IsComplete;
    }
}
