using System.Text;
using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// Fills a rule with the objects of a schema: the properties that it names, in the order in which it names them, then any others. States
/// count properties as far as <c>minProperties</c> and <c>maxProperties</c> ask for it. Other names may repeat, so only the first of them
/// counts towards the minimum.
/// </summary>
internal sealed class ObjectRule(SchemaGrammar schemas, RuleGraph graph, TypedSchema typed, CompileBudget budget)
{
    private readonly Dictionary<(int Stage, int Count, bool IsEnough), int> _states = [];
    private readonly Queue<(int Stage, int Count, bool IsEnough)> _pending = new();
    private readonly PropertyGoals _goals = new(schemas, typed, budget);
    private int _close;

    /// <summary>The stage of having written one of the other properties; before it come those of the named ones.</summary>
    private int LastStage => _goals.Names.Count + 1;

    public void Fill()
    {
        long counts = Math.Max(Math.Max(typed.LeastProperties, typed.MostProperties ?? 0), 1) + 1;
        budget.CheckRepeats(Math.Min(counts, _goals.Names.Count + 2) * (_goals.Names.Count + 1), typed.Path);
        if (typed.LeastProperties > _goals.Names.Count + 1 && _goals.Others.Count > 0)
            throw new ConstraintException(typed.Path, "minProperties needs more properties than are named, whose names could repeat; name them under properties");
        _close = graph.AddState();
        graph.AddBytes(_close, (byte)'}', (byte)'}', RuleGraph.Accept);
        graph.AddFree(graph.AddLiteral(RuleGraph.Start, "{"u8), StateOf(0, 0, typed.LeastProperties == 0));
        while (_pending.TryDequeue(out (int Stage, int Count, bool IsEnough) next))
            Fill(next.Stage, next.Count, next.IsEnough);
    }

    private void Fill(int stage, int count, bool isEnough)
    {
        int state = StateOf(stage, count, isEnough);
        if (stage < _goals.Names.Count)
        {
            string name = _goals.Names[stage];
            if (!typed.Required.Contains(name))
                graph.AddFree(state, StateOf(stage + 1, count, isEnough));
            if (count >= typed.MostProperties || !_goals.MayHave(name))
                return;
            int colon = graph.AddLiteral(Begin(state, count), Encoding.UTF8.GetBytes(JsonLiteral.Quote(name)));
            int value = schemas.AddPunctuation(graph, colon, (byte)':');
            graph.AddCall(value, schemas.RuleOf(_goals.Of(name)), Next(stage + 1, count, isEnough));
            return;
        }
        if (isEnough)
            graph.AddFree(state, _close);
        if (count >= typed.MostProperties || _goals.Others.Count == 0)
            return;
        int key = Begin(state, count);
        int next = stage == LastStage ? StateOf(LastStage, Count(count), isEnough) : Next(LastStage, count, isEnough);
        foreach ((int keyRule, IReadOnlyList<SchemaNode> goal) in _goals.Others)
        {
            int colon = graph.AddState();
            graph.AddCall(key, keyRule, colon);
            graph.AddCall(schemas.AddPunctuation(graph, colon, (byte)':'), schemas.RuleOf(goal), next);
        }
    }

    private int Begin(int state, int count) => count == 0 ? state : schemas.AddPunctuation(graph, state, (byte)',');

    private int Next(int stage, int count, bool isEnough) => StateOf(stage, Count(count), isEnough || count + 1 >= typed.LeastProperties);

    /// <summary>One property more, told apart from as many as make no difference any more.</summary>
    private int Count(int count) => Math.Min(count + 1, Math.Max(Math.Max(typed.LeastProperties, typed.MostProperties ?? 0), 1));

    private int StateOf(int stage, int count, bool isEnough)
    {
        if (!_states.TryGetValue((stage, count, isEnough), out int state))
        {
            _states.Add((stage, count, isEnough), state = graph.AddState());
            _pending.Enqueue((stage, count, isEnough));
        }
        return state;
    }
}
