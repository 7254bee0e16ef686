using System.Text.Json;
using TokenFactory.Engine.Constraints.Automata;
using TokenFactory.Engine.Constraints.Ebnf;
using TokenFactory.Engine.Constraints.Grammars;
using TokenFactory.Engine.Constraints.JsonSchemas;
using TokenFactory.Engine.Constraints.Masks;
using TokenFactory.Engine.Constraints.Regular;
using TokenFactory.Engine.Constraints.ToolCalls;
using TokenFactory.Engine.Constraints.Vocabulary;

namespace TokenFactory.Engine.Constraints;

/// <summary>
/// A compiled constraint on what a model may write: a JSON Schema, any JSON object, a regular expression,
/// a grammar, or free text whose calls of tools are of a form. Immutable but for the
/// masks that it remembers; shared among sequences and threads.
/// </summary>
public sealed class TokenConstraint
{
    private readonly int[] _endTokens;

    private TokenConstraint(PushdownProgram program, ConstraintVocabulary vocabulary, ConstraintLimits limits)
    {
        Vocabulary = vocabulary;
        Automaton = new PushdownAutomaton(program, limits.MostConfigurations);
        Masks = new MaskMaker(Automaton, vocabulary, limits.MostMaskBytes);
        _endTokens = [.. vocabulary.EndTokens];
    }

    public ConstraintVocabulary Vocabulary { get; }

    /// <summary>States of the compiled automaton.</summary>
    public int StateCount => Automaton.Program.StateCount;

    internal PushdownAutomaton Automaton { get; }

    internal MaskMaker Masks { get; }

    internal ReadOnlySpan<int> EndTokens => _endTokens;

    /// <summary>JSON that satisfies a JSON Schema (2020-12, without remote references).</summary>
    /// <param name="schema">An object or a boolean.</param>
    /// <param name="vocabulary">The model's tokens.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    /// <exception cref="ConstraintException">The schema asks for what cannot be held to, or costs too much; the path is a JSON pointer.</exception>
    public static TokenConstraint FromJsonSchema(
        JsonElement schema, ConstraintVocabulary vocabulary, JsonSchemaOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new JsonSchemaOptions();
        return Compile(SchemaGrammar.Build(schema, options, new CompileBudget(options.Limits, cancellation)), vocabulary, options.Limits);
    }

    /// <summary>Any JSON object, nested at most as deep as the limits say.</summary>
    public static TokenConstraint JsonObject(ConstraintVocabulary vocabulary, JsonSchemaOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new JsonSchemaOptions();
        return Compile(SchemaGrammar.BuildAnyObject(options, new CompileBudget(options.Limits, cancellation)), vocabulary, options.Limits);
    }

    /// <summary>Text that a regular expression (ECMA-262 without look-around and back references) matches as a whole.</summary>
    /// <exception cref="ConstraintException">The expression is malformed, not supported, or costs too much; the path is a position.</exception>
    public static TokenConstraint FromRegex(
        string expression, ConstraintVocabulary vocabulary, ConstraintLimits? limits = null, CancellationToken cancellation = default)
    {
        limits ??= ConstraintLimits.Default;
        return Compile(RegexGrammar.Build(expression, new CompileBudget(limits, cancellation)), vocabulary, limits);
    }

    /// <summary>Text that a grammar's rule <c>root</c> matches.</summary>
    /// <exception cref="ConstraintException">The grammar is malformed, left recursive, or costs too much; the path is a line and column, or a rule.</exception>
    public static TokenConstraint FromGrammar(
        string grammar, ConstraintVocabulary vocabulary, ConstraintLimits? limits = null, CancellationToken cancellation = default)
    {
        limits ??= ConstraintLimits.Default;
        return Compile(EbnfGrammar.Build(grammar, new CompileBudget(limits, cancellation)), vocabulary, limits);
    }

    /// <summary>Free text whose calls of tools are of a form.</summary>
    /// <param name="form">What <see cref="CallForm.ToSource"/> wrote.</param>
    /// <param name="vocabulary">The model's tokens, the marks of calls among them where they are special.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellation">Ends the compilation.</param>
    /// <exception cref="ConstraintException">A tool's schema cannot be held to, or all of them cost too much; the path is the tool's name and a JSON pointer.</exception>
    public static TokenConstraint FromToolCalls(
        JsonElement form, ConstraintVocabulary vocabulary, JsonSchemaOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new JsonSchemaOptions();
        return Compile(CallGrammar.Build(form, options, new CompileBudget(options.Limits, cancellation)), vocabulary, options.Limits);
    }

    internal static TokenConstraint Compile(Grammar grammar, ConstraintVocabulary vocabulary, ConstraintLimits limits) =>
        new(PushdownProgram.Compile(grammar), vocabulary, limits);

    /// <summary>The state of the empty text.</summary>
    public ConstraintState CreateState() => new(this, Automaton.Start);

    /// <summary>The state after tokens that were generated under this constraint before; null where one of them may not come.</summary>
    public ConstraintState? Replay(ReadOnlySpan<int> tokens)
    {
        ConstraintState state = CreateState();
        foreach (int token in tokens)
        {
            if (!state.TryAccept(token))
                return null;
        }
        return state;
    }
}
