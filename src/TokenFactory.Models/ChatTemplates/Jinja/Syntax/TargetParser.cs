namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>What stands left of <c>=</c> in a set, and between <c>for</c> and <c>in</c>.</summary>
internal sealed class TargetParser(ParserState state)
{
    private readonly TokenStream _tokens = state.Tokens;

    /// <summary>A name, a namespace attribute, or several of them with commas between, with or without parentheses.</summary>
    public AssignmentTarget Parse(bool withAttribute)
    {
        AssignmentTarget first = ParseOne(withAttribute);
        if (_tokens.Current.Kind != TokenKind.Comma)
            return first;
        List<AssignmentTarget> items = [first];
        while (_tokens.Skip(TokenKind.Comma) && _tokens.Current.Kind is TokenKind.Name or TokenKind.LeftParenthesis && !_tokens.Current.IsName("in"))
            items.Add(ParseOne(withAttribute));
        return new TupleTarget([.. items]);
    }

    public string ParseName()
    {
        Token token = _tokens.Expect(TokenKind.Name, "a name");
        if (token.Text is "true" or "True" or "false" or "False" or "none" or "None")
            throw _tokens.ErrorAt(token, $"'{token.Text}' cannot be assigned to");
        return state.Intern(token.Text);
    }

    private AssignmentTarget ParseOne(bool withAttribute)
    {
        if (_tokens.Skip(TokenKind.LeftParenthesis))
        {
            state.Enter();
            AssignmentTarget inner = Parse(withAttribute);
            state.Leave();
            _tokens.Expect(TokenKind.RightParenthesis, "')'");
            return inner;
        }
        string name = ParseName();
        if (!withAttribute || !_tokens.Skip(TokenKind.Dot))
            return new NameTarget(name);
        return new AttributeTarget(state.Read(name), _tokens.Expect(TokenKind.Name, "an attribute name").Text);
    }
}
