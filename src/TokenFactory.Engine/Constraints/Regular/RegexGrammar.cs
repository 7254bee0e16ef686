using System.Text;
using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>A regular expression that a whole text must match, as a grammar of one rule.</summary>
internal static class RegexGrammar
{
    public static Grammar Build(string expression, CompileBudget budget)
    {
        budget.CheckSource(Encoding.UTF8.GetByteCount(expression));
        Grammar grammar = new(budget);
        grammar.Root = grammar.AddRule("the expression");
        CodePointDfa language = CodePointDfa.FromRegex(expression, isSearch: false, "", budget);
        new CodePointEncoder(grammar.Graph(grammar.Root)).AddLanguage(language, RuleGraph.Start, RuleGraph.Accept);
        return grammar;
    }
}
