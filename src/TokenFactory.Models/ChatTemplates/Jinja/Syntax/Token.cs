namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>What a token is; operators and brackets each have their own kind.</summary>
internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Integer,
    Float,
    String,
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    Tilde,
    LeftParenthesis,
    RightParenthesis,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Assign,
    Dot,
    Colon,
    Pipe,
    Comma,
    Semicolon,
    End,
}

/// <summary>
/// One token. <see cref="Text"/> is the name, the number as it was written, the string with its escapes resolved, or the template
/// data; for the rest the characters themselves. <see cref="Offset"/> counts in the normalised source.
/// </summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Offset)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    /// <summary>The token as an error message shows it.</summary>
    public string Describe() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Data => "template text",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.String => "a string",
        _ => $"'{Text}'",
    };
}
