using System.Text.Json;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Checks values that a schema spells out against the rest of what it says.</summary>
internal static class SchemaValues
{
    /// <summary>The values of <c>enum</c> and <c>const</c> that satisfy everything else.</summary>
    /// <exception cref="ConstraintException">A value is an array or object, and the rest says more about such than their type.</exception>
    public static IReadOnlyList<JsonElement> Allowed(TypedSchema typed, StringLanguages strings)
    {
        CodePointDfa? language = typed.HasStringRules ? strings.LanguageOf(typed) : null;
        return [.. typed.Values!.Where(value => IsAllowed(typed, value, language))];
    }

    private static bool IsAllowed(TypedSchema typed, JsonElement value, CodePointDfa? language)
    {
        JsonTypes type = TypedSchema.TypeOf(value);
        if (!typed.Allows(type))
            return false;
        return type switch
        {
            JsonTypes.Number => typed.Numbers is { IsUnbounded: true, IsInteger: false } || IsInRange(typed, value),
            JsonTypes.String => language is null || language.Matches(value.GetString()!),
            JsonTypes.Array when typed.HasArrayRules => throw Mixed(typed),
            JsonTypes.Object when typed.HasObjectRules => throw Mixed(typed),
            _ => true,
        };
    }

    private static bool IsInRange(TypedSchema typed, JsonElement value) =>
        JsonNumber.TryParse(value.GetRawText(), out JsonNumber number)
            ? typed.Numbers.Contains(number)
            : throw new ConstraintException(typed.ValuesPath, "a number has too many digits");

    private static ConstraintException Mixed(TypedSchema typed) =>
        new(typed.ValuesPath, "arrays and objects among the values are not checked against the keywords beside them; leave one of the two out");
}
