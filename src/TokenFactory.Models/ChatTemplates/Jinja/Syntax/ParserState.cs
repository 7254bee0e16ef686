namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>What the statement and the expression parser share.</summary>
internal sealed class ParserState(TokenStream tokens)
{
    private const int MaxDepth = 100;

    private readonly List<(Token Token, string Problem)> _unknownNames = [];
    private readonly Stack<SpecialNames> _macros = new();
    private int _depth;

    public TokenStream Tokens { get; } = tokens;

    // The interpreter sets these itself: its literals must be the instances that scopes compare.
    public HashSet<string> NamePool { get; } =
        [RuntimeNames.Loop, RuntimeNames.Caller, RuntimeNames.Kwargs, RuntimeNames.Varargs];

    public HashSet<string> ReadNames { get; } = [];

    /// <summary>How many for statements of the same macro surround the current place.</summary>
    public int LoopDepth { get; set; }

    public string Intern(string name)
    {
        if (NamePool.TryGetValue(name, out string? pooled))
            return pooled;
        NamePool.Add(name);
        return name;
    }

    /// <summary>Notes a variable read: a macro's special names count for every macro around it.</summary>
    public string Read(string name)
    {
        foreach (SpecialNames macro in _macros)
            macro.Note(name);
        string pooled = Intern(name);
        ReadNames.Add(pooled);
        return pooled;
    }

    public void Enter()
    {
        if (++_depth > MaxDepth)
            throw Tokens.Error($"the template nests deeper than {MaxDepth} levels");
    }

    public void Leave() => _depth--;

    public void BeginMacro() => _macros.Push(new SpecialNames());

    public SpecialNames EndMacro() => _macros.Pop();

    /// <summary>
    /// Notes an unknown filter or test. It is an error only outside of branches: models ship branches for other engines, and
    /// those fail when they run.
    /// </summary>
    public void NoteUnknown(Token token, string problem) => _unknownNames.Add((token, problem));

    public int UnknownMark() => _unknownNames.Count;

    public void ForgiveUnknownSince(int mark) => _unknownNames.RemoveRange(mark, _unknownNames.Count - mark);

    public void ThrowUnknown()
    {
        if (_unknownNames.Count > 0)
            throw Tokens.ErrorAt(_unknownNames[0].Token, _unknownNames[0].Problem);
    }
}

/// <summary>Which special names a macro's body reads; Jinja2 accepts surplus arguments only for those that are read.</summary>
internal sealed class SpecialNames
{
    public bool Caller { get; private set; }

    public bool Kwargs { get; private set; }

    public bool Varargs { get; private set; }

    public void Note(string name)
    {
        Caller |= name == RuntimeNames.Caller;
        Kwargs |= name == RuntimeNames.Kwargs;
        Varargs |= name == RuntimeNames.Varargs;
    }
}

/// <summary>Names that the interpreter itself sets.</summary>
internal static class RuntimeNames
{
    public const string Loop = "loop";
    public const string Caller = "caller";
    public const string Kwargs = "kwargs";
    public const string Varargs = "varargs";
}
