using System.Text.Json;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// Which properties an object may have and what each value must satisfy. Names that the schema does not spell out are divided by which of
/// its patterns they match, so that every name has exactly one goal.
/// </summary>
internal sealed class PropertyGoals
{
    /// <summary>The names are divided into two to the power of this many groups.</summary>
    private const int MostPatterns = 6;

    private readonly SchemaGrammar _schemas;
    private readonly TypedSchema _typed;
    private readonly CompileBudget _budget;
    private readonly CodePointDfa _allowedNames;
    private IReadOnlyList<(int KeyRule, IReadOnlyList<SchemaNode> Goal)>? _others;

    public PropertyGoals(SchemaGrammar schemas, TypedSchema typed, CompileBudget budget)
    {
        _schemas = schemas;
        _typed = typed;
        _budget = budget;
        _allowedNames = schemas.Strings.NamesOf(typed);
        IEnumerable<string> declared = typed.PropertySchemas.Where(schema => schema.Has("properties")).SelectMany(schema => NamesUnder(schema, "properties"));
        Names = [.. declared.Concat(typed.Required).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Names that the schema spells out, in its order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Groups of other names: a rule for the quoted name, and what the value must satisfy.</summary>
    public IReadOnlyList<(int KeyRule, IReadOnlyList<SchemaNode> Goal)> Others => _others ??= [.. FindOthers()];

    public bool MayHave(string name) => _allowedNames.Matches(name);

    /// <summary>What the value of a name that is spelt out must satisfy.</summary>
    public IReadOnlyList<SchemaNode> Of(string name)
    {
        List<SchemaNode> goal = [];
        foreach (SchemaNode schema in _typed.PropertySchemas)
        {
            int before = goal.Count;
            if (schema.Has("properties") && schema.Element.GetProperty("properties").TryGetProperty(name, out _))
                goal.Add(schema.Child("properties", name));
            if (schema.Has("patternProperties"))
                goal.AddRange(NamesUnder(schema, "patternProperties").Where(pattern => LanguageOf(schema, pattern).Matches(name)).Select(pattern => schema.Child("patternProperties", pattern)));
            if (goal.Count == before && schema.Has("additionalProperties"))
                goal.Add(schema.Child("additionalProperties"));
        }
        return goal;
    }

    private IEnumerable<(int KeyRule, IReadOnlyList<SchemaNode> Goal)> FindOthers()
    {
        (SchemaNode Schema, string Pattern)[] patterns = [.. _typed.PropertySchemas
            .Where(schema => schema.Has("patternProperties"))
            .SelectMany(schema => NamesUnder(schema, "patternProperties").Select(pattern => (schema, pattern)))];
        string[] distinct = [.. patterns.Select(one => one.Pattern).Distinct(StringComparer.Ordinal)];
        if (distinct.Length > MostPatterns)
            throw new ConstraintException(_typed.PropertySchemas[0].PathOf("patternProperties"), $"there are {distinct.Length} patterns for names; at most {MostPatterns} are allowed");
        CodePointDfa rest = Names.Count == 0 ? _allowedNames : _allowedNames.Except(CodePointDfa.FromTexts(Names, _budget), _budget);
        for (int matched = 0; matched < 1 << distinct.Length; matched++)
        {
            string[] matching = [.. distinct.Where((_, index) => (matched >> index & 1) == 1)];
            IReadOnlyList<SchemaNode> goal = GoalOfOthers(matching);
            if (goal.Any(schema => schema.Element.ValueKind == JsonValueKind.False))
                continue;
            CodePointDfa names = rest;
            foreach (string pattern in distinct)
            {
                CodePointDfa language = LanguageOf(patterns.First(one => one.Pattern == pattern).Schema, pattern);
                names = matching.Contains(pattern) ? names.Intersect(language, _budget) : names.Except(language, _budget);
            }
            if (!names.IsEmpty)
                yield return (names == CodePointDfa.All ? _schemas.Any.StringRule : _schemas.AddStringRule(names, _typed.Path), goal);
        }
    }

    private List<SchemaNode> GoalOfOthers(string[] matching)
    {
        List<SchemaNode> goal = [];
        foreach (SchemaNode schema in _typed.PropertySchemas)
        {
            string[] own = schema.Has("patternProperties") ? [.. NamesUnder(schema, "patternProperties").Intersect(matching, StringComparer.Ordinal)] : [];
            if (own.Length > 0)
                goal.AddRange(own.Select(pattern => schema.Child("patternProperties", pattern)));
            else if (schema.Has("additionalProperties"))
                goal.Add(schema.Child("additionalProperties"));
        }
        return goal;
    }

    private CodePointDfa LanguageOf(SchemaNode schema, string pattern) =>
        _schemas.Strings.Containing(pattern, JsonPointer.Append(schema.PathOf("patternProperties"), pattern));

    private static IEnumerable<string> NamesUnder(SchemaNode schema, string keyword) => schema.Element.GetProperty(keyword).EnumerateObject().Select(property => property.Name);
}
