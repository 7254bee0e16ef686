using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.Ebnf;

/// <summary>
/// Puts small rules that do not recur in place of their mentions. What is regular then becomes one automaton, and a token that spans several
/// such rules need not leave any.
/// </summary>
internal static class EbnfInliner
{
    /// <summary>Largest rule that is put in place of its mentions, in expressions with repetitions written out.</summary>
    private const long MostSize = 512;

    /// <exception cref="ConstraintException">A rule is mentioned that is not there.</exception>
    public static Dictionary<string, Expression> Run(IReadOnlyDictionary<string, Expression> rules, CompileBudget budget)
    {
        Dictionary<string, string[]> mentions = rules.ToDictionary(rule => rule.Key, rule => Mentions(rule.Value).Select(one => Check(one, rules)).Distinct().ToArray(), StringComparer.Ordinal);
        HashSet<string> recursive = [.. rules.Keys.Where(name => Reaches(name, mentions, budget))];
        Dictionary<string, Expression> inlined = new(StringComparer.Ordinal);
        foreach (string name in rules.Keys)
            Inline(name, rules, mentions, recursive, inlined, budget);
        return inlined;
    }

    private static string Check(Expression.Reference reference, IReadOnlyDictionary<string, Expression> rules) =>
        rules.ContainsKey(reference.Name) ? reference.Name : throw new ConstraintException(reference.Place, $"there is no rule named '{reference.Name}'");

    /// <summary>Inlines into a rule, after all that it mentions and that does not mention it.</summary>
    private static void Inline(
        string name,
        IReadOnlyDictionary<string, Expression> rules,
        Dictionary<string, string[]> mentions,
        HashSet<string> recursive,
        Dictionary<string, Expression> inlined,
        CompileBudget budget)
    {
        Stack<(string Name, bool IsReady)> pending = new([(name, false)]);
        HashSet<string> open = new(StringComparer.Ordinal);
        while (pending.TryPop(out (string Name, bool IsReady) next))
        {
            if (inlined.ContainsKey(next.Name))
                continue;
            if (next.IsReady)
            {
                inlined[next.Name] = Replace(rules[next.Name], reference => recursive.Contains(reference) ? null : Small(inlined.GetValueOrDefault(reference)), budget);
                continue;
            }
            if (!open.Add(next.Name))
                continue;
            pending.Push((next.Name, true));
            foreach (string mention in mentions[next.Name])
                pending.Push((mention, false));
        }
    }

    private static Expression? Small(Expression? expression) => expression is not null && Size(expression) <= MostSize ? expression : null;

    private static Expression Replace(Expression expression, Func<string, Expression?> find, CompileBudget budget)
    {
        budget.Spend(1);
        return expression switch
        {
            Expression.Reference reference => find(reference.Name) ?? reference,
            Expression.Sequence sequence => new Expression.Sequence([.. sequence.Items.Select(item => Replace(item, find, budget))]),
            Expression.Choice choice => new Expression.Choice([.. choice.Items.Select(item => Replace(item, find, budget))]),
            Expression.Repeat repeat => repeat with { Item = Replace(repeat.Item, find, budget) },
            _ => expression,
        };
    }

    private static long Size(Expression expression) => expression switch
    {
        Expression.Sequence sequence => sequence.Items.Sum(Size) + 1,
        Expression.Choice choice => choice.Items.Sum(Size) + 1,
        Expression.Repeat repeat => (Size(repeat.Item) * Math.Max(1, repeat.Most ?? (repeat.Least + 1))) + 1,
        _ => 1,
    };

    private static IEnumerable<Expression.Reference> Mentions(Expression expression) => expression switch
    {
        Expression.Reference reference => [reference],
        Expression.Sequence sequence => sequence.Items.SelectMany(Mentions),
        Expression.Choice choice => choice.Items.SelectMany(Mentions),
        Expression.Repeat repeat => Mentions(repeat.Item),
        _ => [],
    };

    /// <summary>Whether a rule mentions itself, through others perhaps.</summary>
    private static bool Reaches(string name, Dictionary<string, string[]> mentions, CompileBudget budget)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        Stack<string> pending = new([name]);
        while (pending.TryPop(out string? next))
        {
            foreach (string mention in mentions[next])
            {
                budget.Spend(1);
                if (mention == name)
                    return true;
                if (seen.Add(mention))
                    pending.Push(mention);
            }
        }
        return false;
    }
}
