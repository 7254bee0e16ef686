using System.Text.Json;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Shows, where it can, that no value satisfies two schemas. It errs on the side of not being able to.</summary>
internal sealed class SchemaDisjointness(SchemaGrammar schemas, CompileBudget budget)
{
    private const int MostDepth = 4;

    private int _depth;

    public bool AreDisjoint(IReadOnlyList<SchemaNode> left, IReadOnlyList<SchemaNode> right)
    {
        if (_depth >= MostDepth)
            return false;
        _depth++;
        TypedSchema one = schemas.Read(left);
        TypedSchema other = schemas.Read(right);
        bool areDisjoint = one.Values is not null || other.Values is not null ? HaveNoCommonValue(one, other) : AreDisjointByType(one, other);
        _depth--;
        return areDisjoint;
    }

    private bool AreDisjointByType(TypedSchema one, TypedSchema other)
    {
        JsonTypes common = one.Types & other.Types;
        return (common & (JsonTypes.Null | JsonTypes.Boolean)) == 0
            && ((common & JsonTypes.Number) == 0 || one.Numbers.Intersect(other.Numbers).IsEmpty)
            && ((common & JsonTypes.String) == 0 || HaveNoCommonString(one, other))
            && ((common & JsonTypes.Array) == 0 || one.MostItems < other.LeastItems || other.MostItems < one.LeastItems)
            && ((common & JsonTypes.Object) == 0 || HaveNoCommonObject(one, other));
    }

    private bool HaveNoCommonValue(TypedSchema one, TypedSchema other)
    {
        if (one.Values is not null && other.Values is not null)
            return !one.Values.Any(value => other.Values.Any(known => JsonLiteral.AreEqual(value, known)));
        (TypedSchema listed, TypedSchema open) = one.Values is not null ? (one, other) : (other, one);
        if (listed.Values!.Any(value => value.ValueKind is JsonValueKind.Array or JsonValueKind.Object))
            return false;
        TypedSchema both = schemas.Read([]);
        both.Types = open.Types;
        both.Numbers = open.Numbers;
        both.Values = listed.Values;
        both.LeastLength = open.LeastLength;
        both.MostLength = open.MostLength;
        both.Patterns.AddRange(open.Patterns);
        return SchemaValues.Allowed(both, schemas.Strings).Count == 0;
    }

    private bool HaveNoCommonString(TypedSchema one, TypedSchema other)
    {
        if (!one.HasStringRules || !other.HasStringRules)
            return false;

        // Formats are narrower here than the specification has them, which must not make two schemas look disjoint.
        if (one.Formats.Count > 0 || other.Formats.Count > 0)
            return false;
        CodePointDfa left = schemas.Strings.LanguageOf(one);
        return left.Intersect(schemas.Strings.LanguageOf(other), budget).IsEmpty;
    }

    private bool HaveNoCommonObject(TypedSchema one, TypedSchema other)
    {
        PropertyGoals left = new(schemas, one, budget);
        PropertyGoals right = new(schemas, other, budget);
        return one.Required.Any(name => IsNeverCommon(name, left, right, other)) || other.Required.Any(name => IsNeverCommon(name, right, left, one));
    }

    /// <summary>Whether a property that one side requires is forbidden on the other, or required there with other values.</summary>
    private bool IsNeverCommon(string name, PropertyGoals left, PropertyGoals right, TypedSchema other)
    {
        IReadOnlyList<IReadOnlyList<SchemaNode>> theirs = schemas.AlternativesOf(right.Of(name));
        if (theirs.Count == 0)
            return true;
        return other.Required.Contains(name) && schemas.AlternativesOf(left.Of(name)).All(mine => theirs.All(their => AreDisjoint(mine, their)));
    }
}
