using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// Fills a rule with the arrays of a schema. Its states count items, as far as counting makes a difference, and items that satisfy
/// <c>contains</c>; an item that does may be counted or not, so every array that has enough of them has a way.
/// </summary>
internal sealed class ArrayRule(SchemaGrammar schemas, RuleGraph graph, TypedSchema typed, CompileBudget budget)
{
    private readonly Dictionary<(int Items, int Contained), int> _states = [];
    private readonly Queue<(int Items, int Contained)> _pending = new();
    private int _countedItems;
    private int _close;

    public void Fill()
    {
        if (typed.Contains.Count > 1)
            throw new ConstraintException(typed.Contains[1].Schema.Pointer, "more than one 'contains' for the same array is not supported; leave one out");
        int prefix = typed.ItemSchemas.Select(PrefixLength).DefaultIfEmpty(0).Max();
        _countedItems = Math.Max(Math.Max(prefix, typed.LeastItems), typed.MostItems ?? 0);
        budget.CheckRepeats((long)_countedItems * (LeastContained + 1), typed.Path);
        _close = graph.AddState();
        graph.AddBytes(_close, (byte)']', (byte)']', RuleGraph.Accept);
        graph.AddFree(graph.AddLiteral(RuleGraph.Start, "["u8), StateOf(0, 0));
        while (_pending.TryDequeue(out (int Items, int Contained) next))
            Fill(next.Items, next.Contained);
    }

    private int LeastContained => typed.Contains.Count == 0 ? 0 : typed.Contains[0].Least;

    private void Fill(int items, int contained)
    {
        int state = StateOf(items, contained);
        if (items >= typed.LeastItems && contained >= LeastContained)
            graph.AddFree(state, _close);
        if (items >= typed.MostItems)
            return;
        int item = items == 0 ? state : schemas.AddPunctuation(graph, state, (byte)',');

        // Beyond the counted items all are alike; one more than none has to be told apart, for its comma.
        int next = Math.Min(items + 1, Math.Max(_countedItems, 1));
        List<SchemaNode> goal = [.. typed.ItemSchemas.SelectMany(schema => ItemAt(schema, items))];
        graph.AddCall(item, schemas.RuleOf(goal), StateOf(next, contained));
        if (contained < LeastContained)
            graph.AddCall(item, schemas.RuleOf([.. goal, typed.Contains[0].Schema]), StateOf(next, contained + 1));
    }

    private int StateOf(int items, int contained)
    {
        if (!_states.TryGetValue((items, contained), out int state))
        {
            _states.Add((items, contained), state = graph.AddState());
            _pending.Enqueue((items, contained));
        }
        return state;
    }

    private static int PrefixLength(SchemaNode schema) => schema.Has("prefixItems") ? schema.Children("prefixItems").Count : 0;

    private static IEnumerable<SchemaNode> ItemAt(SchemaNode schema, int index)
    {
        if (index < PrefixLength(schema))
            yield return schema.Children("prefixItems")[index];
        else if (schema.Has("items"))
            yield return schema.Child("items");
    }
}
