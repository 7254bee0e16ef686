using System.Text.Json;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Languages of strings that schemas describe.</summary>
internal sealed class StringLanguages(CompileBudget budget, SchemaGrammar schemas)
{
    private readonly Dictionary<string, CodePointDfa> _patterns = new(StringComparer.Ordinal);

    /// <summary>The texts that contain a match of an expression.</summary>
    public CodePointDfa Containing(string expression, string path)
    {
        if (!_patterns.TryGetValue(expression, out CodePointDfa? language))
            _patterns.Add(expression, language = CodePointDfa.FromRegex(expression, isSearch: true, path, budget));
        return language;
    }

    /// <summary>The strings that a schema's keywords for strings allow.</summary>
    public CodePointDfa LanguageOf(TypedSchema typed)
    {
        CodePointDfa language = CodePointDfa.All;
        if (typed.MostLength < typed.LeastLength)
            return CodePointDfa.FromTexts([], budget);
        foreach ((string expression, string path) in typed.Patterns)
            language = And(language, Containing(expression, path));
        foreach (string format in typed.Formats)
            language = And(language, FormatLanguages.LanguageOf(format));
        return typed.LeastLength > 0 || typed.MostLength is not null
            ? And(language, CodePointDfa.OfLength(typed.LeastLength, typed.MostLength, budget))
            : language;
    }

    /// <summary>The names that schemas under <c>propertyNames</c> allow.</summary>
    public CodePointDfa NamesOf(TypedSchema typed)
    {
        CodePointDfa names = CodePointDfa.All;
        foreach (SchemaNode schema in typed.NameSchemas)
        {
            CodePointDfa[] alternatives = [.. schemas.AlternativesOf([schema]).Select(alternative => NamesOfAlternative(schemas.Read(alternative)))];
            if (alternatives.Length > 1)
                throw new ConstraintException(schema.Pointer, "alternatives among property names are not supported; use one pattern");
            names = And(names, alternatives.Length == 0 ? CodePointDfa.FromTexts([], budget) : alternatives[0]);
        }
        return names;
    }

    private CodePointDfa NamesOfAlternative(TypedSchema typed)
    {
        if (!typed.Allows(JsonTypes.String))
            return CodePointDfa.FromTexts([], budget);
        return typed.Values is null
            ? LanguageOf(typed)
            : CodePointDfa.FromTexts([.. SchemaValues.Allowed(typed, this).Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!)], budget);
    }

    private CodePointDfa And(CodePointDfa left, CodePointDfa right) => left == CodePointDfa.All ? right : right == CodePointDfa.All ? left : left.Intersect(right, budget);
}
