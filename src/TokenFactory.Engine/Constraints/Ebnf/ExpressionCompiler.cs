using TokenFactory.Engine.Constraints.Grammars;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.Ebnf;

/// <summary>Writes an expression into a rule.</summary>
internal sealed class ExpressionCompiler(RuleGraph graph, Func<string, int> ruleOf, CompileBudget budget)
{
    private readonly CodePointEncoder _encoder = new(graph);

    public void Add(Expression expression, int from, int to)
    {
        budget.Spend(1);
        switch (expression)
        {
            case Expression.Characters characters:
                _encoder.AddSet(characters.Set, from, to);
                break;
            case Expression.Reference reference:
                graph.AddCall(from, ruleOf(reference.Name), to);
                break;
            case Expression.Sequence sequence:
                foreach (Expression item in sequence.Items)
                    from = AddNext(item, from);
                graph.AddFree(from, to);
                break;
            case Expression.Choice choice:
                foreach (Expression item in choice.Items)
                    Add(item, from, to);
                break;
            case Expression.Repeat repeat:
                AddRepeat(repeat, from, to);
                break;
            default:
                throw new ArgumentException($"{expression.GetType().Name} does not belong into a grammar.", nameof(expression));
        }
    }

    private void AddRepeat(Expression.Repeat repeat, int from, int to)
    {
        for (int i = 0; i < repeat.Least; i++)
            from = AddNext(repeat.Item, from);
        if (repeat.Most is null)
        {
            int loop = graph.AddState();
            int body = graph.AddState();
            graph.AddFree(from, loop);
            graph.AddFree(loop, body);
            Add(repeat.Item, body, loop);
            from = loop;
        }
        for (int i = repeat.Least; i < repeat.Most; i++)
        {
            graph.AddFree(from, to);
            from = AddNext(repeat.Item, from);
        }
        graph.AddFree(from, to);
    }

    private int AddNext(Expression item, int from)
    {
        int next = graph.AddState();
        Add(item, from, next);
        return next;
    }
}
