namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>
/// Operators by precedence, from loose to tight: inline if, or, and, not, comparisons, + and -, ~, * / // %, **, sign. Filters
/// and tests bind tighter than every operator, so <c>-5|abs</c> is 5.
/// </summary>
internal sealed class ExpressionParser
{
    private readonly ParserState _state;
    private readonly TokenStream _tokens;
    private readonly PrimaryParser _primary;

    public ExpressionParser(ParserState state)
    {
        _state = state;
        _tokens = state.Tokens;
        _primary = new PrimaryParser(state, this);
    }

    public Expression Parse()
    {
        _state.Enter();
        int unknown = _state.UnknownMark();
        Expression expression = ParseOr();
        while (_tokens.Current.IsName("if"))
        {
            int line = _tokens.Line;
            _tokens.Next();
            Expression condition = ParseOr();
            Expression? otherwise = _tokens.SkipName("else") ? Parse() : null;
            expression = new ConditionalExpression(line, condition, expression, otherwise);
            _state.ForgiveUnknownSince(unknown);
        }
        _state.Leave();
        return expression;
    }

    /// <summary>An expression, or several with commas between as a tuple.</summary>
    /// <param name="ends">Whether the current token ends the tuple, so that a trailing comma is allowed.</param>
    /// <param name="withCondition">Whether an inline if may follow an element; a for statement's own <c>if</c> must not be taken.</param>
    public Expression ParseTuple(Func<Token, bool> ends, bool withCondition = true)
    {
        int line = _tokens.Line;
        List<Expression> items = [];
        bool isTuple = false;
        do
        {
            if (ends(_tokens.Current))
                break;
            items.Add(withCondition ? Parse() : ParseOr());
            isTuple |= _tokens.Current.Kind == TokenKind.Comma;
        }
        while (_tokens.Skip(TokenKind.Comma));
        if (items.Count == 0)
            throw _tokens.Error($"expected an expression, found {_tokens.Current.Describe()}");
        return isTuple ? new TupleExpression(line, [.. items]) : items[0];
    }

    public Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (_tokens.Current.IsName("or"))
        {
            int line = _tokens.LineOf(_tokens.Next());
            left = new LogicalExpression(line, false, left, ParseAnd());
        }
        return left;
    }

    public PrimaryParser Primary => _primary;

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (_tokens.Current.IsName("and"))
        {
            int line = _tokens.LineOf(_tokens.Next());
            left = new LogicalExpression(line, true, left, ParseNot());
        }
        return left;
    }

    private Expression ParseNot()
    {
        if (!_tokens.Current.IsName("not"))
            return ParseComparison();
        int line = _tokens.LineOf(_tokens.Next());
        _state.Enter();
        Expression operand = ParseNot();
        _state.Leave();
        return new NotExpression(line, operand);
    }

    private Expression ParseComparison()
    {
        int line = _tokens.Line;
        Expression first = ParseSum();
        List<(Comparison, Expression)>? links = null;
        while (TakeComparison() is Comparison comparison)
            (links ??= []).Add((comparison, ParseSum()));
        return links is null ? first : new ComparisonExpression(line, first, [.. links]);
    }

    private Comparison? TakeComparison()
    {
        Token token = _tokens.Current;
        Comparison? comparison = token.Kind switch
        {
            TokenKind.Equal => Comparison.Equal,
            TokenKind.NotEqual => Comparison.NotEqual,
            TokenKind.Less => Comparison.Less,
            TokenKind.LessOrEqual => Comparison.LessOrEqual,
            TokenKind.Greater => Comparison.Greater,
            TokenKind.GreaterOrEqual => Comparison.GreaterOrEqual,
            TokenKind.Name when token.Text == "in" => Comparison.In,
            TokenKind.Name when token.Text == "not" && _tokens.Ahead.IsName("in") => Comparison.NotIn,
            _ => null,
        };
        if (comparison is not null)
            _tokens.Next();
        if (comparison == Comparison.NotIn)
            _tokens.Next();
        return comparison;
    }

    private Expression ParseSum()
    {
        Expression left = ParseConcatenation();
        while (_tokens.Current.Kind is TokenKind.Add or TokenKind.Subtract)
        {
            Token token = _tokens.Next();
            left = new BinaryExpression(_tokens.LineOf(token), token.Kind, left, ParseConcatenation());
        }
        return left;
    }

    private Expression ParseConcatenation()
    {
        int line = _tokens.Line;
        Expression first = ParseProduct();
        if (_tokens.Current.Kind != TokenKind.Tilde)
            return first;
        List<Expression> parts = [first];
        while (_tokens.Skip(TokenKind.Tilde))
            parts.Add(ParseProduct());
        return new ConcatenationExpression(line, [.. parts]);
    }

    private Expression ParseProduct()
    {
        Expression left = ParsePower();
        while (_tokens.Current.Kind is TokenKind.Multiply or TokenKind.Divide or TokenKind.FloorDivide or TokenKind.Modulo)
        {
            Token token = _tokens.Next();
            left = new BinaryExpression(_tokens.LineOf(token), token.Kind, left, ParsePower());
        }
        return left;
    }

    // Left-associative, unlike Python's own: Jinja2 groups 2**3**2 as (2**3)**2.
    private Expression ParsePower()
    {
        Expression left = ParseSigned(withFilters: true);
        while (_tokens.Current.Kind == TokenKind.Power)
        {
            Token token = _tokens.Next();
            left = new BinaryExpression(_tokens.LineOf(token), token.Kind, left, ParseSigned(withFilters: true));
        }
        return left;
    }

    private Expression ParseSigned(bool withFilters)
    {
        Token token = _tokens.Current;
        Expression expression;
        if (token.Kind is TokenKind.Subtract or TokenKind.Add)
        {
            _tokens.Next();
            _state.Enter();
            expression = new SignExpression(_tokens.LineOf(token), token.Kind == TokenKind.Subtract, ParseSigned(withFilters: false));
            _state.Leave();
        }
        else
        {
            expression = _primary.Parse();
        }
        expression = _primary.ParsePostfix(expression);
        return withFilters ? _primary.ParseFiltersAndTests(expression) : expression;
    }
}
