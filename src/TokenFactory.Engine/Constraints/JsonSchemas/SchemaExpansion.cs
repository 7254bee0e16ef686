using System.Text.Json;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// Takes schemas apart into alternatives: each a list of schemas whose own keywords must all hold, with references followed, <c>allOf</c>
/// flattened and <c>anyOf</c> multiplied out. A list without schemas allows everything; no list at all, nothing.
/// </summary>
internal sealed class SchemaExpansion(SchemaDocument document, CompileBudget budget)
{
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <summary>Decides whether the branches of a <c>oneOf</c> exclude each other.</summary>
    public required Func<IReadOnlyList<SchemaNode>, IReadOnlyList<SchemaNode>, bool> AreDisjoint { get; init; }

    /// <summary>The alternatives of a conjunction of schemas.</summary>
    /// <exception cref="ConstraintException">A schema is malformed or not supported, or there are too many alternatives.</exception>
    public IReadOnlyList<IReadOnlyList<SchemaNode>> Expand(IReadOnlyList<SchemaNode> goal)
    {
        IReadOnlyList<IReadOnlyList<SchemaNode>> all = [[]];
        foreach (SchemaNode node in goal)
            all = Combine(all, Expand(node), node.Pointer);
        return all;
    }

    private IReadOnlyList<IReadOnlyList<SchemaNode>> Expand(SchemaNode node)
    {
        budget.Spend(4);
        budget.Path = node.Pointer;
        switch (node.Element.ValueKind)
        {
            case JsonValueKind.True:
                return [[]];
            case JsonValueKind.False:
                return [];
            case JsonValueKind.Object:
                break;
            default:
                throw new ConstraintException(node.Pointer, "a schema must be an object or a boolean");
        }
        if (!_open.Add(node.Pointer))
            throw new ConstraintException(node.Pointer, "it refers to itself without any value in between");
        budget.CheckNesting(_open.Count, node.Pointer);
        document.RefuseInnerId(node);
        IReadOnlyList<IReadOnlyList<SchemaNode>> all = SchemaKeywords.HasAssertions(node) ? [[node]] : [[]];
        if (node.Has("$ref"))
            all = Combine(all, Expand(document.Resolve(node)), node.PathOf("$ref"));
        if (node.Has("allOf"))
        {
            foreach (SchemaNode part in node.Children("allOf"))
                all = Combine(all, Expand(part), part.Pointer);
        }
        if (node.Has("anyOf"))
            all = Combine(all, [.. node.Children("anyOf").SelectMany(Expand)], node.PathOf("anyOf"));
        if (node.Has("oneOf"))
            all = Combine(all, ExpandOne(node), node.PathOf("oneOf"));
        _open.Remove(node.Pointer);
        return all;
    }

    /// <summary>Branches that exclude each other may be taken like those of <c>anyOf</c>.</summary>
    private IReadOnlyList<IReadOnlyList<SchemaNode>> ExpandOne(SchemaNode node)
    {
        IReadOnlyList<IReadOnlyList<SchemaNode>>[] branches = [.. node.Children("oneOf").Select(Expand)];
        for (int i = 0; i < branches.Length; i++)
        {
            for (int j = i + 1; j < branches.Length; j++)
            {
                if (!branches[i].All(left => branches[j].All(right => AreDisjoint(left, right))))
                {
                    throw new ConstraintException(
                        node.PathOf("oneOf"), $"branches {i} and {j} cannot be shown to exclude each other; use anyOf, or give each a required property with a const of its own");
                }
            }
        }
        return [.. branches.SelectMany(branch => branch)];
    }

    private IReadOnlyList<IReadOnlyList<SchemaNode>> Combine(
        IReadOnlyList<IReadOnlyList<SchemaNode>> left, IReadOnlyList<IReadOnlyList<SchemaNode>> right, string path)
    {
        long count = (long)left.Count * right.Count;
        if (count > budget.Limits.MostAlternatives)
            throw new ConstraintException(path, $"there are {count} combinations of branches here; at most {budget.Limits.MostAlternatives} are allowed");
        budget.Spend((int)count);
        return [.. left.SelectMany(one => right.Select(other => (IReadOnlyList<SchemaNode>)[.. one.Union(other)]))];
    }
}
