using TokenFactory.Engine.Constraints.Grammars;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Rules for JSON without a schema, made once each when first needed. Values nest to a bound, since readers of JSON have one.</summary>
internal sealed class AnyJson(Grammar grammar, SchemaGrammar schemas)
{
    private readonly Dictionary<int, int> _values = [];
    private readonly Dictionary<int, int> _objects = [];
    private readonly Dictionary<NumberRange, int> _numbers = [];
    private int? _string;

    /// <summary>Any string.</summary>
    public int StringRule => _string ??= schemas.AddStringRule(CodePointDfa.All, "any string");

    /// <summary>Any number of a range.</summary>
    public int NumberRule(NumberRange range)
    {
        if (!_numbers.TryGetValue(range, out int rule))
        {
            _numbers.Add(range, rule = grammar.AddRule("a number"));
            RuleGraph graph = grammar.Graph(rule);
            NumberLanguage.Add(range, graph, new CodePointEncoder(graph), grammar.Budget);
        }
        return rule;
    }

    /// <summary>Any value that holds at most so many arrays and objects inside each other.</summary>
    public int ValueRule(int depth)
    {
        if (_values.TryGetValue(depth, out int known))
            return known;
        int rule = grammar.AddRule("any value");
        _values.Add(depth, rule);
        RuleGraph graph = grammar.Graph(rule);
        foreach (byte[] literal in (ReadOnlySpan<byte[]>)["null"u8.ToArray(), "true"u8.ToArray(), "false"u8.ToArray()])
            graph.AddLiteral(RuleGraph.Start, literal, RuleGraph.Accept);
        graph.AddCall(RuleGraph.Start, NumberRule(default), RuleGraph.Accept);
        graph.AddCall(RuleGraph.Start, StringRule, RuleGraph.Accept);
        if (depth > 0)
        {
            graph.AddCall(RuleGraph.Start, ObjectRule(depth), RuleGraph.Accept);
            AddList(graph, '[', ']', from => CallTo(graph, from, ValueRule(depth - 1)));
        }
        return rule;
    }

    /// <summary>Any object that, itself counted, holds at most so many arrays and objects inside each other.</summary>
    public int ObjectRule(int depth)
    {
        if (_objects.TryGetValue(depth, out int known))
            return known;
        int rule = grammar.AddRule("any object");
        _objects.Add(depth, rule);
        RuleGraph graph = grammar.Graph(rule);
        AddList(graph, '{', '}', from =>
        {
            int colon = schemas.AddPunctuation(graph, CallTo(graph, from, StringRule), (byte)':');
            return CallTo(graph, colon, ValueRule(depth - 1));
        });
        return rule;
    }

    private void AddList(RuleGraph graph, char open, char close, Func<int, int> addItem)
    {
        int first = graph.AddLiteral(RuleGraph.Start, [(byte)open]);
        graph.AddBytes(first, (byte)close, (byte)close, RuleGraph.Accept);
        int item = graph.AddState();
        graph.AddFree(first, item);
        int after = addItem(item);
        graph.AddFree(schemas.AddPunctuation(graph, after, (byte)','), item);
        graph.AddBytes(after, (byte)close, (byte)close, RuleGraph.Accept);
    }

    private static int CallTo(RuleGraph graph, int from, int rule)
    {
        int to = graph.AddState();
        graph.AddCall(from, rule, to);
        return to;
    }
}
