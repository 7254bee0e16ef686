namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>A statement of the syntax tree; <paramref name="Line"/> counts from 1.</summary>
internal abstract record Statement(int Line);

/// <summary>Text between tags, printed as it is.</summary>
internal sealed record TextStatement(int Line, string Text) : Statement(Line);

/// <summary><c>{{ value }}</c>.</summary>
internal sealed record PrintStatement(int Line, Expression Value) : Statement(Line);

internal sealed record IfStatement(int Line, (Expression Condition, Statement[] Body)[] Branches, Statement[] Otherwise)
    : Statement(Line);

internal sealed record ForStatement(
    int Line, AssignmentTarget Target, Expression Source, Expression? Filter, bool IsRecursive, Statement[] Body, Statement[] Otherwise)
    : Statement(Line);

internal sealed record BreakStatement(int Line) : Statement(Line);

internal sealed record ContinueStatement(int Line) : Statement(Line);

internal sealed record SetStatement(int Line, AssignmentTarget Target, Expression Value) : Statement(Line);

/// <summary><c>{% set x | filter %}…{% endset %}</c>: the body's text.</summary>
internal sealed record SetBlockStatement(int Line, AssignmentTarget Target, FilterCall[] Filters, Statement[] Body) : Statement(Line);

internal sealed record MacroStatement(int Line, MacroDefinition Macro) : Statement(Line);

/// <summary><c>{% call(…) macro(…) %}…{% endcall %}</c>: the body is handed over as <c>caller</c>.</summary>
internal sealed record CallStatement(int Line, MacroDefinition Caller, CallExpression Call) : Statement(Line);

internal sealed record FilterStatement(int Line, FilterCall[] Filters, Statement[] Body) : Statement(Line);

internal sealed record WithStatement(int Line, (AssignmentTarget Target, Expression Value)[] Bindings, Statement[] Body)
    : Statement(Line);

/// <summary>A macro, or the body of a call block. The flags say which of its special names the body reads.</summary>
internal sealed record MacroDefinition(
    string Name, MacroParameter[] Parameters, Statement[] Body, bool ReadsCaller, bool ReadsKwargs, bool ReadsVarargs);

internal sealed record MacroParameter(string Name, Expression? Default);

/// <summary>What <c>set</c> and <c>for</c> assign to.</summary>
internal abstract record AssignmentTarget;

internal sealed record NameTarget(string Name) : AssignmentTarget;

/// <summary><c>ns.attribute</c>, where <c>ns</c> is a namespace.</summary>
internal sealed record AttributeTarget(string Name, string Attribute) : AssignmentTarget;

/// <summary><c>a, b</c>: the value is unpacked.</summary>
internal sealed record TupleTarget(AssignmentTarget[] Items) : AssignmentTarget;

/// <summary>A whole template and every name that it reads or sets, each as the one string instance that scopes compare.</summary>
internal sealed record ParsedTemplate(Statement[] Body, IReadOnlySet<string> ReadNames, HashSet<string> NamePool);
