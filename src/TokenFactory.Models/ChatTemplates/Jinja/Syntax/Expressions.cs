using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>An expression of the syntax tree; <paramref name="Line"/> counts from 1.</summary>
internal abstract record Expression(int Line);

/// <summary>A constant that cannot change: text, number, bool or none.</summary>
internal sealed record LiteralExpression(int Line, TemplateValue Value) : Expression(Line);

internal sealed record NameExpression(int Line, string Name) : Expression(Line);

internal sealed record ListExpression(int Line, Expression[] Items) : Expression(Line);

internal sealed record TupleExpression(int Line, Expression[] Items) : Expression(Line);

internal sealed record MapExpression(int Line, (Expression Key, Expression Value)[] Entries) : Expression(Line);

/// <summary><c>target.name</c>: a method or attribute, else the element of that key.</summary>
internal sealed record AttributeExpression(int Line, Expression Target, string Name, StringValue Key) : Expression(Line);

/// <summary><c>target[index]</c>: the element, else the attribute of that name.</summary>
internal sealed record ItemExpression(int Line, Expression Target, Expression Index) : Expression(Line);

internal sealed record SliceExpression(int Line, Expression Target, Expression? Start, Expression? Stop, Expression? Step)
    : Expression(Line);

internal sealed record CallExpression(int Line, Expression Target, ArgumentList Arguments) : Expression(Line);

internal sealed record FilterExpression(int Line, Expression Operand, FilterCall Filter) : Expression(Line);

internal sealed record TestExpression(int Line, Expression Operand, string Name, NativeFunction? Function, ArgumentList Arguments)
    : Expression(Line);

internal sealed record NotExpression(int Line, Expression Operand) : Expression(Line);

internal sealed record SignExpression(int Line, bool IsNegative, Expression Operand) : Expression(Line);

internal sealed record BinaryExpression(int Line, TokenKind Operator, Expression Left, Expression Right) : Expression(Line);

/// <summary><c>and</c> and <c>or</c>: the value of the operand that decides.</summary>
internal sealed record LogicalExpression(int Line, bool IsAnd, Expression Left, Expression Right) : Expression(Line);

/// <summary>A chain such as <c>a &lt; b in c</c>: each operand is evaluated once, and the first false link ends it.</summary>
internal sealed record ComparisonExpression(int Line, Expression First, (Comparison Operator, Expression Right)[] Links)
    : Expression(Line);

/// <summary><c>a ~ b ~ c</c>: all operands as text.</summary>
internal sealed record ConcatenationExpression(int Line, Expression[] Parts) : Expression(Line);

/// <summary><c>then if condition else otherwise</c>; without else, undefined.</summary>
internal sealed record ConditionalExpression(int Line, Expression Condition, Expression Then, Expression? Otherwise) : Expression(Line);

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// <summary>The written arguments of a call, with <c>*spread</c> and <c>**spread</c>.</summary>
internal sealed record ArgumentList(
    Expression[] Positional, (string Name, Expression Value)[] Named, Expression? Spread, Expression? SpreadNamed)
{
    public static readonly ArgumentList Empty = new([], [], null, null);
}

/// <summary>A filter and its arguments. <paramref name="Function"/> is null for an unknown name in a branch, which may never run.</summary>
internal sealed record FilterCall(int Line, string Name, NativeFunction? Function, ArgumentList Arguments);
