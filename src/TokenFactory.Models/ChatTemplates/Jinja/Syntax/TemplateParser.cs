namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>Text, prints and blocks of a template, nested by their end tags.</summary>
internal sealed class TemplateParser
{
    private readonly ParserState _state;
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly StatementParser _statements;

    private TemplateParser(string source)
    {
        _tokens = new TokenStream(new SourceText(source));
        _state = new ParserState(_tokens);
        _expressions = new ExpressionParser(_state);
        _statements = new StatementParser(_state, _expressions, this);
    }

    public static ParsedTemplate Parse(string source)
    {
        TemplateParser parser = new(source);
        Statement[] body = parser.ParseBody("the end of the template");
        parser._state.ThrowUnknown();
        return new ParsedTemplate(body, parser._state.ReadNames, parser._state.NamePool);
    }

    /// <summary>
    /// Statements up to one of the end tags, whose name is then the current token; without end tags, up to the template's end.
    /// </summary>
    public Statement[] ParseBody(string opener, params ReadOnlySpan<string> ends)
    {
        _state.Enter();
        List<Statement> body = [];
        while (_tokens.Current.Kind != TokenKind.End)
        {
            if (_tokens.Current.Kind == TokenKind.BlockBegin && _tokens.Ahead.Kind == TokenKind.Name && ends.Contains(_tokens.Ahead.Text))
            {
                _tokens.Next();
                _state.Leave();
                return [.. body];
            }
            body.Add(ParseStatement());
        }
        if (!ends.IsEmpty)
            throw _tokens.Error($"{opener} is not closed with '{{% {ends[^1]} %}}'");
        _state.Leave();
        return [.. body];
    }

    private Statement ParseStatement()
    {
        Token token = _tokens.Next();
        int line = _tokens.LineOf(token);
        switch (token.Kind)
        {
            case TokenKind.Data:
                return new TextStatement(line, token.Text);
            case TokenKind.VariableBegin:
                Expression value = _expressions.ParseTuple(static next => next.Kind == TokenKind.VariableEnd);
                _tokens.Expect(TokenKind.VariableEnd, "'}}'");
                return new PrintStatement(line, value);
            default:
                Statement statement = _statements.Parse();
                _tokens.Expect(TokenKind.BlockEnd, "'%}'");
                return statement;
        }
    }
}
