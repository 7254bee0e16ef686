using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>Calls, filters and tests with their arguments.</summary>
internal sealed class CallEvaluator(RenderContext context)
{
    /// <param name="node">The call.</param>
    /// <param name="caller">The body of a call block, given as the keyword argument <c>caller</c>.</param>
    public TemplateValue Call(CallExpression node, MacroValue? caller = null)
    {
        // A method is called without making a value of it first.
        if (node.Target is AttributeExpression member)
        {
            TemplateValue self = context.Evaluator.Evaluate(member.Target);
            context.Line = node.Line;
            Arithmetic.Refuse(self);
            if (self.Method(member.Name) is NativeFunction method)
            {
                CallArguments arguments = Arguments(node.Arguments, caller);
                context.Line = node.Line;
                return method.Invoke(context, self, arguments);
            }
            return CallValue(node, Members.Attribute(context, self, member.Name, member.Key), caller);
        }
        return CallValue(node, context.Evaluator.Evaluate(node.Target), caller);
    }

    public TemplateValue Filter(FilterCall filter, TemplateValue operand)
    {
        CallArguments arguments = Arguments(filter.Arguments, null);
        context.Line = filter.Line;
        NativeFunction function = filter.Function ?? throw new ChatTemplateException($"there is no filter '{filter.Name}'");
        return function.Invoke(context, operand, arguments);
    }

    public TemplateValue Test(TestExpression node)
    {
        TemplateValue operand = context.Evaluator.Evaluate(node.Operand);
        CallArguments arguments = Arguments(node.Arguments, null);
        context.Line = node.Line;
        NativeFunction function = node.Function ?? throw new ChatTemplateException($"there is no test '{node.Name}'");
        return function.Invoke(context, operand, arguments);
    }

    private TemplateValue CallValue(CallExpression node, TemplateValue target, MacroValue? caller)
    {
        context.Line = node.Line;
        Arithmetic.Refuse(target);
        if (target is not CallableValue callable)
            throw new ChatTemplateException($"'{target.TypeName}' object is not callable");
        CallArguments arguments = Arguments(node.Arguments, caller);
        context.Line = node.Line;
        return callable.Call(context, arguments);
    }

    private CallArguments Arguments(ArgumentList list, MacroValue? caller)
    {
        if (ReferenceEquals(list, ArgumentList.Empty) && caller is null)
            return CallArguments.Empty;
        TemplateValue?[] positional = context.Evaluator.EvaluateAll(list.Positional);
        if (list.Named.Length == 0 && list.Spread is null && list.SpreadNamed is null && caller is null)
            return new CallArguments(positional, []);
        List<(string, TemplateValue)> named = [.. list.Named.Select(pair => (pair.Name, context.Evaluator.Evaluate(pair.Value)))];
        if (list.Spread is not null)
            positional = [.. positional, .. context.Budget.ToList(context.Evaluator.Evaluate(list.Spread))];
        if (list.SpreadNamed is not null)
            AddEntries(named, context.Evaluator.Evaluate(list.SpreadNamed));
        if (caller is not null)
            named.Add((RuntimeNames.Caller, caller));
        return new CallArguments(positional, [.. named]);
    }

    private void AddEntries(List<(string Name, TemplateValue Value)> named, TemplateValue entries)
    {
        if (entries is not MapValue map)
            throw new ChatTemplateException($"'**' needs a map, not {entries.TypeName}");
        context.Budget.AllocateItems(map.Count);
        foreach ((TemplateValue key, TemplateValue value) in map.Entries())
            named.Add((key is StringValue name ? name.Text : throw new ChatTemplateException("'**' needs a map with text keys"), value));
    }
}
