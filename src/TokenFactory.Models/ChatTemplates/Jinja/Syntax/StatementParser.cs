namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>The statements between <c>{%</c> and <c>%}</c>, with the bodies of those that have one.</summary>
internal sealed class StatementParser(ParserState state, ExpressionParser expressions, TemplateParser template)
{
    private readonly TokenStream _tokens = state.Tokens;
    private readonly TargetParser _targets = new(state);

    /// <summary>A statement, from its name up to but not with the closing <c>%}</c> of its last tag.</summary>
    public Statement Parse()
    {
        Token tag = _tokens.Expect(TokenKind.Name, "the name of a tag");
        int line = _tokens.LineOf(tag);
        return tag.Text switch
        {
            "if" => ParseIf(line),
            "for" => ParseFor(line),
            "set" => ParseSet(line),
            "macro" => new MacroStatement(line, ParseMacro(_targets.ParseName(), "endmacro", line)),
            "call" => ParseCall(line),
            "filter" => ParseFilter(line),
            "with" => ParseWith(line),
            "generation" => new WithStatement(line, [], ParseClosed("generation", line, "endgeneration")),
            "print" => ParsePrint(line),
            "break" => CheckLoop(tag, new BreakStatement(line)),
            "continue" => CheckLoop(tag, new ContinueStatement(line)),
            "include" or "import" or "from" or "extends" or "block" => throw _tokens.ErrorAt(
                tag, $"the tag '{tag.Text}' is not supported: a chat template stands alone and loads no other template"),
            _ => throw _tokens.ErrorAt(tag, $"unknown tag '{tag.Text}'"),
        };
    }

    private static bool IsBlockEnd(Token token) => token.Kind == TokenKind.BlockEnd;

    private Statement CheckLoop(Token tag, Statement statement) =>
        state.LoopDepth > 0 ? statement : throw _tokens.ErrorAt(tag, $"'{tag.Text}' stands outside of a loop");

    private static string Opener(string tag, int line) => $"the '{tag}' of line {line}";

    private void ExpectBlockEnd() => _tokens.Expect(TokenKind.BlockEnd, "'%}'");

    /// <summary>The body behind the opening tag, and the end tag's name.</summary>
    private Statement[] ParseClosed(string tag, int line, string end)
    {
        ExpectBlockEnd();
        Statement[] body = template.ParseBody(Opener(tag, line), end);
        _tokens.ExpectName(end);
        return body;
    }

    private IfStatement ParseIf(int line)
    {
        List<(Expression, Statement[])> branches = [];
        Statement[] otherwise = [];
        int unknown = state.UnknownMark();
        do
        {
            Expression condition = expressions.ParseTuple(IsBlockEnd, withCondition: false);
            ExpectBlockEnd();
            branches.Add((condition, template.ParseBody(Opener("if", line), "elif", "else", "endif")));
        }
        while (_tokens.SkipName("elif"));
        if (_tokens.SkipName("else"))
            otherwise = ParseClosed("else", line, "endif");
        else
            _tokens.ExpectName("endif");
        state.ForgiveUnknownSince(unknown);
        return new IfStatement(line, [.. branches], otherwise);
    }

    private ForStatement ParseFor(int line)
    {
        AssignmentTarget target = _targets.Parse(withAttribute: false);
        _tokens.ExpectName("in");
        Expression source = expressions.ParseTuple(
            static token => token.Kind == TokenKind.BlockEnd || token.IsName("recursive") || token.IsName("if"), withCondition: false);
        Expression? filter = _tokens.SkipName("if") ? expressions.Parse() : null;
        bool isRecursive = _tokens.SkipName("recursive");
        ExpectBlockEnd();
        state.LoopDepth++;
        Statement[] body = template.ParseBody(Opener("for", line), "else", "endfor");
        state.LoopDepth--;
        Statement[] otherwise = [];
        if (_tokens.SkipName("else"))
            otherwise = ParseClosed("else", line, "endfor");
        else
            _tokens.ExpectName("endfor");
        return new ForStatement(line, target, source, filter, isRecursive, body, otherwise);
    }

    private Statement ParseSet(int line)
    {
        AssignmentTarget target = _targets.Parse(withAttribute: true);
        if (_tokens.Skip(TokenKind.Assign))
            return new SetStatement(line, target, expressions.ParseTuple(IsBlockEnd));
        List<FilterCall> filters = [];
        while (_tokens.Skip(TokenKind.Pipe))
            filters.Add(expressions.Primary.ParseFilterCall());
        return new SetBlockStatement(line, target, [.. filters], ParseClosed("set", line, "endset"));
    }

    private MacroDefinition ParseMacro(string name, string end, int line)
    {
        state.BeginMacro();
        MacroParameter[] parameters = _tokens.Current.Kind == TokenKind.LeftParenthesis ? ParseParameters() : [];
        Statement[] body = ParseMacroBody(end, line);
        SpecialNames names = state.EndMacro();
        return new MacroDefinition(name, parameters, body, names.Caller, names.Kwargs, names.Varargs);
    }

    // A break in a macro does not reach a loop around the macro's definition.
    private Statement[] ParseMacroBody(string end, int line)
    {
        int loops = state.LoopDepth;
        state.LoopDepth = 0;
        Statement[] body = ParseClosed(end["end".Length..], line, end);
        state.LoopDepth = loops;
        return body;
    }

    private MacroParameter[] ParseParameters()
    {
        List<MacroParameter> parameters = [];
        _tokens.Expect(TokenKind.LeftParenthesis, "'('");
        while (_tokens.Current.Kind != TokenKind.RightParenthesis)
        {
            Token token = _tokens.Current;
            string name = _targets.ParseName();
            Expression? fallback = _tokens.Skip(TokenKind.Assign) ? expressions.Parse() : null;
            if (fallback is null && parameters is [.., { Default: not null }])
                throw _tokens.ErrorAt(token, $"the parameter '{name}' without a default follows one with a default");
            parameters.Add(new MacroParameter(name, fallback));
            if (!_tokens.Skip(TokenKind.Comma))
                break;
        }
        _tokens.Expect(TokenKind.RightParenthesis, "',' or ')'");
        return [.. parameters];
    }

    private CallStatement ParseCall(int line)
    {
        state.BeginMacro();
        MacroParameter[] parameters = _tokens.Current.Kind == TokenKind.LeftParenthesis ? ParseParameters() : [];
        Token start = _tokens.Current;
        if (expressions.Parse() is not CallExpression call)
            throw _tokens.ErrorAt(start, "expected a call such as 'macro()'");
        Statement[] body = ParseMacroBody("endcall", line);
        SpecialNames names = state.EndMacro();
        MacroDefinition caller = new(RuntimeNames.Caller, parameters, body, names.Caller, names.Kwargs, names.Varargs);
        return new CallStatement(line, caller, call);
    }

    /// <summary>Several expressions print one behind the other.</summary>
    private PrintStatement ParsePrint(int line)
    {
        List<Expression> parts = [expressions.Parse()];
        while (_tokens.Skip(TokenKind.Comma))
            parts.Add(expressions.Parse());
        return new PrintStatement(line, parts.Count == 1 ? parts[0] : new ConcatenationExpression(line, [.. parts]));
    }

    private FilterStatement ParseFilter(int line)
    {
        List<FilterCall> filters = [expressions.Primary.ParseFilterCall()];
        while (_tokens.Skip(TokenKind.Pipe))
            filters.Add(expressions.Primary.ParseFilterCall());
        return new FilterStatement(line, [.. filters], ParseClosed("filter", line, "endfilter"));
    }

    private WithStatement ParseWith(int line)
    {
        List<(AssignmentTarget, Expression)> bindings = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            AssignmentTarget target = new NameTarget(_targets.ParseName());
            _tokens.Expect(TokenKind.Assign, "'='");
            bindings.Add((target, expressions.Parse()));
            if (!_tokens.Skip(TokenKind.Comma))
                break;
        }
        return new WithStatement(line, [.. bindings], ParseClosed("with", line, "endwith"));
    }
}
