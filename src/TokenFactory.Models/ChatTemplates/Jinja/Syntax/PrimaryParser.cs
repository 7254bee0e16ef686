using System.Globalization;
using System.Numerics;
using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Filters;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Tests;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>Names, literals and displays, and what follows them: attributes, subscripts, calls, filters and tests.</summary>
internal sealed class PrimaryParser(ParserState state, ExpressionParser expressions)
{
    private readonly TokenStream _tokens = state.Tokens;
    private readonly ArgumentParser _arguments = new(state, expressions);

    public Expression Parse()
    {
        Token token = _tokens.Next();
        int line = _tokens.LineOf(token);
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseName(token, line);
            case TokenKind.String:
                return new LiteralExpression(line, StringValue.Of(JoinStrings(token.Text)));
            case TokenKind.Integer:
                return new LiteralExpression(line, ParseInteger(token));
            case TokenKind.Float:
                return new LiteralExpression(line, double.Parse(Digits(token), CultureInfo.InvariantCulture));
            case TokenKind.LeftParenthesis:
                return ParseParentheses(line);
            case TokenKind.LeftBracket:
                return ParseList(line);
            case TokenKind.LeftBrace:
                return ParseMap(line);
            default:
                throw _tokens.ErrorAt(token, $"expected an expression, found {token.Describe()}");
        }
    }

    public Expression ParsePostfix(Expression expression)
    {
        while (true)
        {
            switch (_tokens.Current.Kind)
            {
                case TokenKind.Dot:
                    expression = ParseAttribute(expression);
                    break;
                case TokenKind.LeftBracket:
                    expression = ParseSubscript(expression);
                    break;
                case TokenKind.LeftParenthesis:
                    int line = _tokens.Line;
                    expression = new CallExpression(line, expression, _arguments.Parse());
                    break;
                default:
                    return expression;
            }
        }
    }

    public Expression ParseFiltersAndTests(Expression expression)
    {
        while (true)
        {
            int line = _tokens.Line;
            if (_tokens.Skip(TokenKind.Pipe))
                expression = new FilterExpression(line, expression, ParseFilterCall());
            else if (_tokens.SkipName("is"))
                expression = ParseTest(expression, line);
            else if (_tokens.Current.Kind == TokenKind.LeftParenthesis)
                expression = new CallExpression(line, expression, _arguments.Parse());
            else
                return expression;
        }
    }

    /// <summary>A filter's name and arguments, behind the <c>|</c>.</summary>
    public FilterCall ParseFilterCall()
    {
        Token name = _tokens.Expect(TokenKind.Name, "a filter name");
        NativeFunction? function = FilterTable.Find(name.Text);
        if (function is null)
            state.NoteUnknown(name, $"there is no filter '{name.Text}'");
        ArgumentList arguments = _tokens.Current.Kind == TokenKind.LeftParenthesis ? _arguments.Parse() : ArgumentList.Empty;
        return new FilterCall(_tokens.LineOf(name), name.Text, function, arguments);
    }

    private Expression ParseName(Token token, int line) => token.Text switch
    {
        "true" or "True" => new LiteralExpression(line, BooleanValue.True),
        "false" or "False" => new LiteralExpression(line, BooleanValue.False),
        "none" or "None" => new LiteralExpression(line, NoneValue.Instance),
        _ => new NameExpression(line, state.Read(token.Text)),
    };

    private string JoinStrings(string first)
    {
        if (_tokens.Current.Kind != TokenKind.String)
            return first;
        StringBuilder text = new(first);
        while (_tokens.Current.Kind == TokenKind.String)
            text.Append(_tokens.Next().Text);
        return text.ToString();
    }

    private static string Digits(Token token) => token.Text.Replace("_", "", StringComparison.Ordinal);

    private IntegerValue ParseInteger(Token token)
    {
        string digits = Digits(token);
        if (digits.Length > 4300)
            throw _tokens.ErrorAt(token, $"an integer of {digits.Length} digits is not supported");
        if (Operators.Numbers.TryParseInteger(digits, 0, out BigInteger value))
            return IntegerValue.Of(value);
        throw _tokens.ErrorAt(token, $"'{token.Text}' is not a number");
    }

    private Expression ParseParentheses(int line)
    {
        if (_tokens.Skip(TokenKind.RightParenthesis))
            return new TupleExpression(line, []);
        Expression expression = expressions.ParseTuple(static token => token.Kind == TokenKind.RightParenthesis);
        _tokens.Expect(TokenKind.RightParenthesis, "')'");
        return expression;
    }

    private ListExpression ParseList(int line)
    {
        List<Expression> items = [];
        while (_tokens.Current.Kind != TokenKind.RightBracket)
        {
            items.Add(expressions.Parse());
            if (!_tokens.Skip(TokenKind.Comma))
                break;
        }
        _tokens.Expect(TokenKind.RightBracket, "',' or ']'");
        return new ListExpression(line, [.. items]);
    }

    private MapExpression ParseMap(int line)
    {
        List<(Expression, Expression)> entries = [];
        while (_tokens.Current.Kind != TokenKind.RightBrace)
        {
            Expression key = expressions.Parse();
            _tokens.Expect(TokenKind.Colon, "':'");
            entries.Add((key, expressions.Parse()));
            if (!_tokens.Skip(TokenKind.Comma))
                break;
        }
        _tokens.Expect(TokenKind.RightBrace, "',' or '}'");
        return new MapExpression(line, [.. entries]);
    }

    private Expression ParseAttribute(Expression target)
    {
        int line = _tokens.LineOf(_tokens.Next());
        Token name = _tokens.Next();
        return name.Kind switch
        {
            TokenKind.Name => new AttributeExpression(line, target, name.Text, new StringValue(name.Text)),
            TokenKind.Integer => new ItemExpression(line, target, new LiteralExpression(line, ParseInteger(name))),
            _ => throw _tokens.ErrorAt(name, $"expected a name or a number behind '.', found {name.Describe()}"),
        };
    }

    private Expression ParseSubscript(Expression target)
    {
        int line = _tokens.LineOf(_tokens.Next());
        if (_tokens.Skip(TokenKind.RightBracket))
            return new ItemExpression(line, target, new TupleExpression(line, []));
        Expression? start = _tokens.Current.Kind == TokenKind.Colon
            ? null
            : expressions.ParseTuple(static token => token.Kind == TokenKind.RightBracket);
        Expression result = start is null || _tokens.Current.Kind == TokenKind.Colon
            ? ParseSlice(line, target, start)
            : new ItemExpression(line, target, start);
        _tokens.Expect(TokenKind.RightBracket, "']'");
        return result;
    }

    private SliceExpression ParseSlice(int line, Expression target, Expression? start)
    {
        _tokens.Expect(TokenKind.Colon, "':'");
        Expression? stop = ParseSlicePart();
        Expression? step = _tokens.Skip(TokenKind.Colon) ? ParseSlicePart() : null;
        return new SliceExpression(line, target, start, stop, step);
    }

    private Expression? ParseSlicePart() =>
        _tokens.Current.Kind is TokenKind.Colon or TokenKind.RightBracket ? null : expressions.Parse();

    private Expression ParseTest(Expression operand, int line)
    {
        bool isNegated = _tokens.SkipName("not");
        Token name = _tokens.Expect(TokenKind.Name, "the name of a test");
        NativeFunction? function = TestTable.Find(name.Text);
        if (function is null)
            state.NoteUnknown(name, $"there is no test '{name.Text}'");
        TestExpression test = new(line, operand, name.Text, function, ParseTestArguments());
        return isNegated ? new NotExpression(line, test) : test;
    }

    /// <summary>Arguments in parentheses, or one operand without them: <c>x is divisibleby 3</c>.</summary>
    private ArgumentList ParseTestArguments()
    {
        Token token = _tokens.Current;
        if (token.Kind == TokenKind.LeftParenthesis)
            return _arguments.Parse();
        if (token.IsName("is"))
            throw _tokens.Error("tests cannot be chained with 'is'");
        bool begins = token.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float or TokenKind.LeftBracket or TokenKind.LeftBrace
            || (token.Kind == TokenKind.Name && token.Text is not ("else" or "or" or "and"));
        return begins ? new ArgumentList([ParsePostfix(Parse())], [], null, null) : ArgumentList.Empty;
    }
}
