namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>The parser's place in the tokens.</summary>
internal sealed class TokenStream(SourceText source)
{
    private readonly List<Token> _tokens = Lexer.Tokenize(source);
    private int _index;

    public Token Current => _tokens[_index];

    public Token Ahead => _tokens[Math.Min(_index + 1, _tokens.Count - 1)];

    public int Line => source.LineOf(Current.Offset);

    public Token Next() => Current.Kind == TokenKind.End ? Current : _tokens[_index++];

    public bool Skip(TokenKind kind)
    {
        if (Current.Kind != kind)
            return false;
        _index++;
        return true;
    }

    public bool SkipName(string name)
    {
        if (!Current.IsName(name))
            return false;
        _index++;
        return true;
    }

    public Token Expect(TokenKind kind, string what)
    {
        if (Current.Kind != kind)
            throw Error($"expected {what}, found {Current.Describe()}");
        return Next();
    }

    public void ExpectName(string name)
    {
        if (!SkipName(name))
            throw Error($"expected '{name}', found {Current.Describe()}");
    }

    public ChatTemplateSyntaxException Error(string problem) => ErrorAt(Current, problem);

    public ChatTemplateSyntaxException ErrorAt(Token token, string problem) => source.Error(token.Offset, problem);

    public int LineOf(Token token) => source.LineOf(token.Offset);
}
