using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>How a run of statements ended.</summary>
internal enum Completion
{
    Normal,
    Break,
    Continue,
}

/// <summary>
/// Runs statements. Scopes: a for iteration, a macro, a call body and the bodies of <c>set</c>, <c>filter</c>, <c>with</c> and
/// <c>generation</c> have their own, <c>if</c> has none. After an error the context is not used again, so nothing is restored.
/// </summary>
internal sealed class StatementRunner(RenderContext context)
{
    private readonly Assignments _assignments = new(context);

    public Completion Run(Statement[] statements)
    {
        RenderBudget.EnsureStack();
        foreach (Statement statement in statements)
        {
            Completion completion = Run(statement);
            if (completion != Completion.Normal)
                return completion;
        }
        return Completion.Normal;
    }

    /// <summary>The body of a recursive loop over an inner list, as text: what calling <c>loop</c> gives.</summary>
    public StringValue RunRecursive(ForStatement loop, Scope scope, TemplateValue source, int depth0)
    {
        context.Budget.EnterCall();
        Scope outer = context.Scope;
        context.Scope = scope;
        int mark = context.Output.Mark();
        RunFor(loop, source, depth0);
        string text = context.Output.Cut(mark);
        context.Scope = outer;
        context.Budget.ExitCall();
        return StringValue.Of(text);
    }

    private Completion Run(Statement statement)
    {
        context.Budget.Step();
        switch (statement)
        {
            case TextStatement node:
                context.Output.Append(node.Text);
                return Completion.Normal;
            case PrintStatement node:
                TemplateValue value = context.Evaluator.Evaluate(node.Value);
                context.Line = node.Line;
                PythonRepr.WriteStr(context, value);
                return Completion.Normal;
            case IfStatement node:
                return RunIf(node);
            case SetStatement node:
                _assignments.Assign(node.Target, context.Evaluator.Evaluate(node.Value), node.Line);
                return Completion.Normal;
            case ForStatement node:
                RunFor(node, context.Evaluator.Evaluate(node.Source), 0);
                return Completion.Normal;
            case BreakStatement:
                return Completion.Break;
            case ContinueStatement:
                return Completion.Continue;
            case WithStatement node:
                return RunWith(node);
            default:
                return RunBlock(statement);
        }
    }

    private Completion RunBlock(Statement statement)
    {
        Completion completion = Completion.Normal;
        switch (statement)
        {
            case MacroStatement node:
                context.Scope.Set(node.Macro.Name, Capture(node.Macro));
                break;
            case CallStatement node:
                PythonRepr.WriteStr(context, context.Evaluator.Calls.Call(node.Call, Capture(node.Caller)));
                break;
            case SetBlockStatement node:
                if (RunFiltered(node.Body, node.Filters, out completion) is { } text)
                    _assignments.Assign(node.Target, text, node.Line);
                break;
            case FilterStatement node:
                if (RunFiltered(node.Body, node.Filters, out completion) is { } filtered)
                    PythonRepr.WriteStr(context, filtered);
                break;
            default:
                throw new InvalidOperationException($"no run for {statement.GetType().Name}");
        }
        return completion;
    }

    private Completion RunIf(IfStatement node)
    {
        foreach ((Expression condition, Statement[] body) in node.Branches)
        {
            if (context.Evaluator.Evaluate(condition).IsTrue)
                return Run(body);
        }
        return Run(node.Otherwise);
    }

    private MacroValue Capture(MacroDefinition macro)
    {
        for (Scope? scope = context.Scope; scope is { IsCaptured: false }; scope = scope.Parent)
            scope.IsCaptured = true;
        return new MacroValue(macro, context.Scope);
    }

    /// <summary>The body's text through the filters; null where the body left a loop, and its text is dropped.</summary>
    private TemplateValue? RunFiltered(Statement[] body, FilterCall[] filters, out Completion completion)
    {
        int mark = context.Output.Mark();
        context.Scope = new Scope(context.Scope);
        completion = Run(body);
        TemplateValue value = StringValue.Of(context.Output.Cut(mark));
        if (completion == Completion.Normal)
        {
            foreach (FilterCall filter in filters)
                value = context.Evaluator.Calls.Filter(filter, value);
        }
        context.Scope = context.Scope.Parent!;
        return completion == Completion.Normal ? value : null;
    }

    /// <summary>The values are evaluated outside of the new scope: none sees another's name.</summary>
    private Completion RunWith(WithStatement node)
    {
        TemplateValue[] values = context.Evaluator.EvaluateAll([.. node.Bindings.Select(static b => b.Value)]);
        context.Scope = new Scope(context.Scope);
        for (int i = 0; i < values.Length; i++)
            _assignments.Assign(node.Bindings[i].Target, values[i], node.Line);
        Completion completion = Run(node.Body);
        context.Scope = context.Scope.Parent!;
        return completion;
    }

    private void RunFor(ForStatement node, TemplateValue source, int depth0)
    {
        Scope outer = context.Scope;
        context.Line = node.Line;
        IEnumerable<TemplateValue> elements = source.Elements ?? throw RenderBudget.NotIterable(source);
        using IEnumerator<TemplateValue> items = (node.Filter is null ? elements : Filtered(node, elements, outer)).GetEnumerator();
        LoopValue loop = new(node, outer, items, node.Filter is null ? source.Length : null, depth0);
        bool runsElse = true;
        Scope? scope = null;
        while (loop.MoveNext())
        {
            context.Budget.Step();
            context.Scope = scope = FreshScope(scope, outer);
            scope.Set(RuntimeNames.Loop, loop);
            _assignments.Assign(node.Target, loop.Current, node.Line);
            Completion completion = Run(node.Body);
            context.Scope = outer;
            if (completion == Completion.Break)
                break;

            // As in Jinja2, an iteration counts for the else block once it has come to its end.
            runsElse &= completion == Completion.Continue;
        }
        if (runsElse)
        {
            context.Scope = new Scope(outer);
            Run(node.Otherwise);
            context.Scope = outer;
        }
    }

    private static Scope FreshScope(Scope? used, Scope outer)
    {
        if (used is null or { IsCaptured: true })
            return new Scope(outer);
        used.Clear();
        return used;
    }

    /// <summary>The elements that pass the loop's <c>if</c>, which sees the loop's names but not <c>loop</c>.</summary>
    private IEnumerable<TemplateValue> Filtered(ForStatement node, IEnumerable<TemplateValue> elements, Scope outer)
    {
        foreach (TemplateValue element in elements)
        {
            context.Budget.Step();
            Scope current = context.Scope;
            context.Scope = new Scope(outer);
            _assignments.Assign(node.Target, element, node.Line);
            bool passes = context.Evaluator.Evaluate(node.Filter!).IsTrue;
            context.Scope = current;
            if (passes)
                yield return element;
        }
    }
}
