using System.Text;
using System.Text.Json;
using TokenFactory.Engine.Constraints.Grammars;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// Turns a JSON Schema into a grammar. A goal is a conjunction of schemas that one value must satisfy; it becomes a rule that chooses among
/// its alternatives, and each alternative a rule of its own. Equal goals are one rule, so that recursion ends.
/// </summary>
internal sealed class SchemaGrammar
{
    private readonly CompileBudget _budget;
    private readonly Grammar _grammar;
    private readonly SchemaExpansion _expansion;
    private readonly SchemaReader _reader;
    private readonly Dictionary<string, int> _goals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _alternatives = new(StringComparer.Ordinal);
    private readonly Queue<Action> _pending = new();

    private SchemaGrammar(Grammar grammar, SchemaDocument document, JsonSchemaOptions options)
    {
        CompileBudget budget = grammar.Budget;
        _budget = budget;
        _grammar = grammar;
        _reader = new SchemaReader(budget);
        Spacing = options.Whitespace;
        Any = new AnyJson(_grammar, this);
        Strings = new StringLanguages(budget, this);
        SchemaDisjointness disjointness = new(this, budget);
        _expansion = new SchemaExpansion(document, budget) { AreDisjoint = disjointness.AreDisjoint };
    }

    public JsonWhitespace Spacing { get; }

    public AnyJson Any { get; }

    public StringLanguages Strings { get; }

    /// <exception cref="ConstraintException">The schema cannot be held to, or costs too much.</exception>
    public static Grammar Build(JsonElement schema, JsonSchemaOptions options, CompileBudget budget)
    {
        budget.CheckSource(Encoding.UTF8.GetByteCount(schema.GetRawText()));
        if (options.Strict)
            StrictSchema.Check(schema);
        Grammar grammar = new(budget);
        grammar.Root = AddTo(grammar, schema, options);
        return grammar;
    }

    /// <summary>Adds the rules of a schema to a grammar that has others; returns that of its values.</summary>
    /// <exception cref="ConstraintException">The schema cannot be held to, or costs too much.</exception>
    public static int AddTo(Grammar grammar, JsonElement schema, JsonSchemaOptions options)
    {
        SchemaDocument document = new(schema, grammar.Budget.Limits);
        SchemaGrammar builder = new(grammar, document, options);
        int rule = builder.RuleOf([document.Root]);
        builder.Finish();
        return rule;
    }

    /// <summary>Any JSON object.</summary>
    public static Grammar BuildAnyObject(JsonSchemaOptions options, CompileBudget budget)
    {
        SchemaGrammar builder = new(new Grammar(budget), new SchemaDocument(JsonElement.Parse("true"), budget.Limits), options);
        builder._grammar.Root = builder.Any.ObjectRule(budget.Limits.MostFreeDepth);
        return builder._grammar;
    }

    /// <summary>The rule of a conjunction of schemas.</summary>
    public int RuleOf(IReadOnlyList<SchemaNode> goal)
    {
        string key = KeyOf(goal);
        if (_goals.TryGetValue(key, out int known))
            return known;
        int rule = _grammar.AddRule(goal.Count == 0 ? "" : goal[0].Pointer);
        _goals.Add(key, rule);
        _pending.Enqueue(() =>
        {
            foreach (IReadOnlyList<SchemaNode> alternative in AlternativesOf(goal))
                _grammar.Graph(rule).AddCall(RuleGraph.Start, RuleOfAlternative(alternative), RuleGraph.Accept);
        });
        return rule;
    }

    /// <summary>What a conjunction of schemas comes to, one entry for each way to satisfy it.</summary>
    public IReadOnlyList<IReadOnlyList<SchemaNode>> AlternativesOf(IReadOnlyList<SchemaNode> goal) => _expansion.Expand(goal);

    /// <summary>All that the schemas of an alternative say.</summary>
    public TypedSchema Read(IReadOnlyList<SchemaNode> alternative) => _reader.Read(alternative);

    /// <summary>Adds a comma or colon and what space may follow it; returns the state after them.</summary>
    public int AddPunctuation(RuleGraph graph, int from, byte mark)
    {
        int after = graph.AddLiteral(from, [mark]);
        if (Spacing == JsonWhitespace.Compact)
            return after;
        int spaced = graph.AddLiteral(after, " "u8);
        graph.AddFree(after, spaced);
        return spaced;
    }

    private int RuleOfAlternative(IReadOnlyList<SchemaNode> alternative)
    {
        string key = KeyOf(alternative);
        if (_alternatives.TryGetValue(key, out int known))
            return known;
        TypedSchema typed = Read(alternative);
        if (typed.IsAnything)
        {
            int any = Any.ValueRule(_budget.Limits.MostFreeDepth);
            _alternatives.Add(key, any);
            return any;
        }
        int rule = _grammar.AddRule(typed.Path);
        _alternatives.Add(key, rule);
        _pending.Enqueue(() => Fill(rule, typed));
        return rule;
    }

    private void Fill(int rule, TypedSchema typed)
    {
        _budget.Path = typed.Path;
        RuleGraph graph = _grammar.Graph(rule);
        if (typed.Values is not null)
        {
            foreach (JsonElement value in SchemaValues.Allowed(typed, Strings))
                graph.AddLiteral(RuleGraph.Start, Encoding.UTF8.GetBytes(JsonLiteral.Write(value)), RuleGraph.Accept);
            return;
        }
        if (typed.Allows(JsonTypes.Null))
            graph.AddLiteral(RuleGraph.Start, "null"u8, RuleGraph.Accept);
        if (typed.Allows(JsonTypes.Boolean))
        {
            graph.AddLiteral(RuleGraph.Start, "true"u8, RuleGraph.Accept);
            graph.AddLiteral(RuleGraph.Start, "false"u8, RuleGraph.Accept);
        }
        if (typed.Allows(JsonTypes.Number))
            graph.AddCall(RuleGraph.Start, Any.NumberRule(typed.Numbers), RuleGraph.Accept);
        if (typed.Allows(JsonTypes.String))
            FillString(graph, typed);
        if (typed.Allows(JsonTypes.Array))
            new ArrayRule(this, graph, typed, _budget).Fill();
        if (typed.Allows(JsonTypes.Object))
            new ObjectRule(this, graph, typed, _budget).Fill();
    }

    private void FillString(RuleGraph graph, TypedSchema typed)
    {
        if (typed.HasStringRules)
            AddString(graph, RuleGraph.Start, Strings.LanguageOf(typed), RuleGraph.Accept);
        else
            graph.AddCall(RuleGraph.Start, Any.StringRule, RuleGraph.Accept);
    }

    /// <summary>Adds the strings of a language, in quotes.</summary>
    public static void AddString(RuleGraph graph, int from, CodePointDfa language, int to)
    {
        int open = graph.AddLiteral(from, "\""u8);
        int close = graph.AddState();
        graph.AddBytes(close, (byte)'"', (byte)'"', to);
        new JsonStringEncoder(graph).AddLanguage(language, open, close);
    }

    /// <summary>A rule for the strings of a language, in quotes.</summary>
    public int AddStringRule(CodePointDfa language, string path)
    {
        int rule = _grammar.AddRule(path);
        AddString(_grammar.Graph(rule), RuleGraph.Start, language, RuleGraph.Accept);
        return rule;
    }

    private void Finish()
    {
        while (_pending.TryDequeue(out Action? next))
            next();
    }

    private static string KeyOf(IReadOnlyList<SchemaNode> schemas) => string.Join('\n', schemas.Select(schema => '#' + schema.Pointer).Order(StringComparer.Ordinal).Distinct());
}
