using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Globals;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>Evaluates expressions by walking their tree.</summary>
internal sealed class Evaluator(RenderContext context)
{
    private readonly CallEvaluator _calls = new(context);

    public CallEvaluator Calls => _calls;

    public TemplateValue Evaluate(Expression expression)
    {
        context.Budget.Step();
        RenderBudget.EnsureStack();
        return expression switch
        {
            LiteralExpression node => node.Value,
            NameExpression node => Lookup(node.Name),
            AttributeExpression node => EvaluateAttribute(node),
            ItemExpression node => EvaluateItem(node),
            FilterExpression node => _calls.Filter(node.Filter, Evaluate(node.Operand)),
            TestExpression node => _calls.Test(node),
            CallExpression node => _calls.Call(node),
            ComparisonExpression node => BooleanValue.Of(EvaluateComparison(node)),
            LogicalExpression node => EvaluateLogical(node),
            NotExpression node => BooleanValue.Of(!Evaluate(node.Operand).IsTrue),
            BinaryExpression node => EvaluateBinary(node),
            SliceExpression node => EvaluateSlice(node),
            ConditionalExpression node => EvaluateConditional(node),
            ConcatenationExpression node => EvaluateConcatenation(node),
            ListExpression node => new ListValue([.. EvaluateAll(node.Items)]),
            TupleExpression node => new TupleValue(EvaluateAll(node.Items)),
            MapExpression node => EvaluateMap(node),
            SignExpression node => EvaluateSign(node),
            _ => throw new InvalidOperationException($"no evaluation for {expression.GetType().Name}"),
        };
    }

    public TemplateValue[] EvaluateAll(Expression[] expressions)
    {
        if (expressions.Length > 0)
            context.Budget.AllocateItems(expressions.Length);
        TemplateValue[] values = new TemplateValue[expressions.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = Evaluate(expressions[i]);
        return values;
    }

    private TemplateValue Lookup(string name) =>
        context.Scope.Find(name) ?? GlobalFunctions.Find(name) ?? UndefinedValue.Name(name);

    private TemplateValue EvaluateAttribute(AttributeExpression node)
    {
        TemplateValue target = Evaluate(node.Target);
        context.Line = node.Line;
        return Members.Attribute(context, target, node.Name, node.Key);
    }

    private TemplateValue EvaluateItem(ItemExpression node)
    {
        TemplateValue target = Evaluate(node.Target);
        TemplateValue index = Evaluate(node.Index);
        context.Line = node.Line;
        return Members.Item(context, target, index);
    }

    private TemplateValue EvaluateSlice(SliceExpression node)
    {
        TemplateValue target = Evaluate(node.Target);
        TemplateValue? start = node.Start is null ? null : Evaluate(node.Start);
        TemplateValue? stop = node.Stop is null ? null : Evaluate(node.Stop);
        TemplateValue? step = node.Step is null ? null : Evaluate(node.Step);
        context.Line = node.Line;
        return Slicing.Slice(context, target, start, stop, step);
    }

    private TemplateValue EvaluateBinary(BinaryExpression node)
    {
        TemplateValue left = Evaluate(node.Left);
        TemplateValue right = Evaluate(node.Right);
        context.Line = node.Line;
        return Arithmetic.Apply(context, node.Operator, left, right);
    }

    private TemplateValue EvaluateSign(SignExpression node)
    {
        TemplateValue value = Evaluate(node.Operand);
        context.Line = node.Line;
        return Arithmetic.Sign(value, node.IsNegative);
    }

    private TemplateValue EvaluateLogical(LogicalExpression node)
    {
        TemplateValue left = Evaluate(node.Left);
        return left.IsTrue == node.IsAnd ? Evaluate(node.Right) : left;
    }

    private TemplateValue EvaluateConditional(ConditionalExpression node)
    {
        if (Evaluate(node.Condition).IsTrue)
            return Evaluate(node.Then);
        return node.Otherwise is null
            ? UndefinedValue.Because("the inline if has no else, and its condition was false")
            : Evaluate(node.Otherwise);
    }

    private bool EvaluateComparison(ComparisonExpression node)
    {
        TemplateValue left = Evaluate(node.First);
        foreach ((Comparison comparison, Expression operand) in node.Links)
        {
            TemplateValue right = Evaluate(operand);
            context.Line = node.Line;
            if (!Holds(comparison, left, right))
                return false;
            left = right;
        }
        return true;
    }

    private bool Holds(Comparison comparison, TemplateValue left, TemplateValue right) => comparison switch
    {
        Comparison.Equal => Equality.AreEqual(context, left, right),
        Comparison.NotEqual => !Equality.AreEqual(context, left, right),
        Comparison.Less => Ordering.Compare(context, left, right) < 0,
        Comparison.LessOrEqual => Ordering.Compare(context, left, right) <= 0,
        Comparison.Greater => Ordering.Compare(context, left, right) > 0,
        Comparison.GreaterOrEqual => Ordering.Compare(context, left, right) >= 0,
        Comparison.In => Membership.Contains(context, right, left),
        _ => !Membership.Contains(context, right, left),
    };

    private StringValue EvaluateConcatenation(ConcatenationExpression node)
    {
        // The parts are values before any is written: a part may itself write and cut at the output's end.
        TemplateValue[] parts = EvaluateAll(node.Parts);
        context.Line = node.Line;
        int mark = context.Output.Mark();
        foreach (TemplateValue part in parts)
            PythonRepr.WriteStr(context, part);
        return StringValue.Of(context.Output.Cut(mark));
    }

    private MapValue EvaluateMap(MapExpression node)
    {
        context.Budget.AllocateItems(node.Entries.Length);
        MapValue map = new(node.Entries.Length);
        foreach ((Expression key, Expression value) in node.Entries)
        {
            TemplateValue evaluatedKey = Evaluate(key);
            TemplateValue evaluatedValue = Evaluate(value);
            context.Line = node.Line;
            map.Set(evaluatedKey, evaluatedValue);
        }
        return map;
    }
}
