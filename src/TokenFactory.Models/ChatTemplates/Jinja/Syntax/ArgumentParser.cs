namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>The arguments of a call in parentheses: positional, then named, with at most one <c>*</c> and one <c>**</c>.</summary>
internal sealed class ArgumentParser(ParserState state, ExpressionParser expressions)
{
    private readonly TokenStream _tokens = state.Tokens;

    public ArgumentList Parse()
    {
        _tokens.Expect(TokenKind.LeftParenthesis, "'('");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        Expression? spread = null;
        Expression? spreadNamed = null;
        while (_tokens.Current.Kind != TokenKind.RightParenthesis)
        {
            Token token = _tokens.Current;
            if (spreadNamed is not null)
                throw _tokens.Error("no argument may follow '**'");
            if (_tokens.Skip(TokenKind.Power))
                spreadNamed = expressions.Parse();
            else if (_tokens.Skip(TokenKind.Multiply))
                spread = spread is null ? expressions.Parse() : throw _tokens.ErrorAt(token, "'*' may stand only once");
            else if (token.Kind == TokenKind.Name && _tokens.Ahead.Kind == TokenKind.Assign)
                named.Add((token.Text, ParseNamed()));
            else if (named.Count > 0 || spread is not null)
                throw _tokens.Error("a positional argument must stand before the named ones");
            else
                positional.Add(expressions.Parse());
            if (!_tokens.Skip(TokenKind.Comma))
                break;
        }
        _tokens.Expect(TokenKind.RightParenthesis, "',' or ')'");
        return positional.Count + named.Count == 0 && spread is null && spreadNamed is null
            ? ArgumentList.Empty
            : new ArgumentList([.. positional], [.. named], spread, spreadNamed);
    }

    private Expression ParseNamed()
    {
        _tokens.Next();
        _tokens.Next();
        return expressions.Parse();
    }
}
