using System.Text;
using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.Ebnf;

/// <summary>
/// A grammar in EBNF as llama.cpp (GBNF) and XGrammar write it: rules <c>name ::= ...</c> of strings, classes, groups, alternatives and
/// repetitions, of which <c>root</c> matches the text.
/// </summary>
internal static class EbnfGrammar
{
    private const string RootName = "root";

    public static Grammar Build(string source, CompileBudget budget)
    {
        budget.CheckSource(Encoding.UTF8.GetByteCount(source));
        Dictionary<string, Expression> rules = EbnfInliner.Run(EbnfParser.Parse(source, budget), budget);
        if (!rules.ContainsKey(RootName))
            throw new ConstraintException("the grammar", $"there is no rule named '{RootName}'");
        Grammar grammar = new(budget);
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        Queue<string> pending = new();
        grammar.Root = IdOf(RootName);
        while (pending.TryDequeue(out string? name))
        {
            budget.Path = $"rule {name}";
            new ExpressionCompiler(grammar.Graph(ids[name]), IdOf, budget).Add(rules[name], RuleGraph.Start, RuleGraph.Accept);
        }
        return grammar;

        int IdOf(string name)
        {
            if (!ids.TryGetValue(name, out int id))
            {
                ids.Add(name, id = grammar.AddRule($"rule {name}"));
                pending.Enqueue(name);
            }
            return id;
        }
    }
}
