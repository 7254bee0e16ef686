using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>What regular expressions and grammars are read into.</summary>
internal abstract record Expression
{
    /// <summary>Matches the empty text.</summary>
    public static Expression Empty { get; } = new Sequence([]);

    /// <summary>One code point out of a set.</summary>
    internal sealed record Characters(CodePointSet Set) : Expression;

    /// <summary>One after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<Expression> Items) : Expression;

    /// <summary>Any one of these.</summary>
    internal sealed record Choice(IReadOnlyList<Expression> Items) : Expression;

    /// <summary>From <paramref name="Least"/> to <paramref name="Most"/> times; without end where that is null.</summary>
    internal sealed record Repeat(Expression Item, int Least, int? Most) : Expression;

    /// <summary>The beginning of the text (<c>^</c>).</summary>
    internal sealed record AtStart : Expression;

    /// <summary>The end of the text (<c>$</c>).</summary>
    internal sealed record AtEnd : Expression;

    /// <summary>A rule of a grammar by its name.</summary>
    /// <param name="Name">As the source spells it.</param>
    /// <param name="Place">Line and column of this mention.</param>
    internal sealed record Reference(string Name, string Place) : Expression;
}
