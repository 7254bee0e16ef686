using System.Text;
using System.Text.Json;
using TokenFactory.Engine.Constraints.Grammars;
using TokenFactory.Engine.Constraints.JsonSchemas;
using TokenFactory.Engine.Text;

namespace TokenFactory.Engine.Constraints.ToolCalls;

/// <summary>
/// Writes the form of answers with calls into a grammar, as the readers of the formats read them: text is free up to a call's opening mark,
/// what follows it is a call, and then text is free again. What is no call to a reader is free here.
/// </summary>
internal sealed class CallGrammar
{
    private readonly CallForm _form;
    private readonly Grammar _grammar;
    private readonly RuleGraph _root;
    private readonly JsonSchemaOptions _options;
    private readonly int _call;

    private CallGrammar(CallForm form, JsonSchemaOptions options, CompileBudget budget)
    {
        _form = form;
        _options = options;
        _grammar = new Grammar(budget);
        _grammar.Root = _grammar.AddRule("");
        _root = _grammar.Graph(_grammar.Root);
        _call = AddCall();
    }

    /// <summary>The grammar of a form's answers.</summary>
    /// <exception cref="ConstraintException">A tool's schema cannot be held to, or all of them cost too much; the path is the tool's name and a JSON pointer.</exception>
    public static Grammar Build(JsonElement source, JsonSchemaOptions options, CompileBudget budget)
    {
        budget.CheckSource(Encoding.UTF8.GetByteCount(source.GetRawText()));
        CallGrammar builder = new(CallForm.Read(source), options, budget);
        if (builder._form.IsForced)
            builder._root.AddCall(RuleGraph.Start, builder._call, RuleGraph.Accept);
        else
            builder.AddReasoning(builder.AddAnswer());
        return builder._grammar;
    }

    private int AddAnswer() => _form.Format switch
    {
        ToolFormat.Hermes => AddHermes(),
        ToolFormat.Llama => AddLlama(),
        ToolFormat.MistralList => AddMistral(),
        _ => throw new ArgumentException($"Calls of the format {_form.Format} cannot be held.", nameof(_form)),
    };

    /// <summary>Leads from the rule's start to an answer, past the reasoning that may stand before it.</summary>
    private void AddReasoning(int answer)
    {
        if (_form.Reasoning != CallReasoning.Open)
            _root.AddFree(RuleGraph.Start, answer);
        if (_form.Reasoning == CallReasoning.None)
            return;
        int thoughts = FreeText.Add(_root, "</think>"u8, answer);
        if (_form.Reasoning == CallReasoning.Open)
        {
            _root.AddFree(RuleGraph.Start, thoughts);
            return;
        }
        int space = AddSpaces(RuleGraph.Start);
        _root.AddLiteral(space, "<think>"u8, thoughts);
    }

    private int AddHermes()
    {
        ReadOnlySpan<byte> mark = "<tool_call>"u8;
        int opened = _root.AddState();
        int free = FreeText.Add(_root, mark, opened);
        int closing = _root.AddState();
        _root.AddCall(AddOptionalSpace(opened), _call, closing);
        _root.AddLiteral(AddOptionalSpace(closing), "</tool_call>"u8, _form.OneCall ? FreeText.Add(_root, mark, found: null) : free);
        return free;
    }

    private int AddMistral()
    {
        ReadOnlySpan<byte> mark = "[TOOL_CALLS]"u8;
        int opened = _root.AddState();
        int free = FreeText.Add(_root, mark, opened);
        int item = _root.AddLiteral(AddOptionalSpace(opened), "["u8);
        int after = _root.AddState();
        _root.AddCall(item, _call, after);
        if (!_form.OneCall)
            _root.AddLiteral(AddOptionalSpace(_root.AddLiteral(after, ","u8)), [], item);
        _root.AddLiteral(after, "]"u8, _form.OneCall ? FreeText.Add(_root, mark, found: null) : free);
        return free;
    }

    /// <summary>
    /// A call is an object at the answer's beginning, after a call or after the tag. What begins with another brace is text: an object without
    /// a name, or no object at all. After the only call nothing comes.
    /// </summary>
    private int AddLlama()
    {
        ReadOnlySpan<byte> tag = "<|python_tag|>"u8;
        int start = _root.AddState();
        _root.AddFree(start, RuleGraph.Accept);
        foreach (byte skipped in " \t\r\n;,"u8)
            _root.AddBytes(start, skipped, skipped, start);
        _root.AddFree(start, FreeText.Add(_root, tag, start, " \t\r\n;,{"u8));
        _root.AddCall(start, _call, _form.OneCall ? RuleGraph.Accept : start);
        int text = FreeText.Add(_root, tag, start);
        int nameless = SchemaGrammar.AddTo(_grammar, JsonElement.Parse("""{"type":"object","properties":{"name":false}}"""), _options);
        _root.AddCall(start, nameless, text);
        _root.AddLiteral(start, "{"u8, FreeText.Add(_root, tag, start, "\"} \t\r\n"u8));
        return start;
    }

    /// <summary>The rule of a call's object: a tool's name, and arguments of that tool's form.</summary>
    private int AddCall()
    {
        bool isLlama = _form.Format == ToolFormat.Llama;
        int rule = _grammar.AddRule("");
        RuleGraph graph = _grammar.Graph(rule);
        int open = graph.AddLiteral(RuleGraph.Start, "{"u8);
        if (isLlama)
            graph.AddFree(AddPunctuation(graph, AddMember(graph, open, "type", "function"), (byte)','), open);
        int close = graph.AddState();
        graph.AddBytes(close, (byte)'}', (byte)'}', RuleGraph.Accept);
        int? anyObject = null;
        foreach (CallableTool tool in _form.Tools)
        {
            int key = AddPunctuation(graph, AddMember(graph, open, "name", tool.Name), (byte)',');
            int value = AddPunctuation(graph, graph.AddLiteral(key, isLlama ? "\"parameters\""u8 : "\"arguments\""u8), (byte)':');
            int arguments = tool.Schema is null ? anyObject ??= AddSchema("", """{"type":"object"}""") : AddSchema(tool.Name, tool.Schema);
            graph.AddCall(value, arguments, close);
        }
        return rule;
    }

    /// <summary>The rule of a tool's arguments; what is wrong with their schema is said under the tool's name.</summary>
    private int AddSchema(string name, string schema)
    {
        _grammar.Prefix = name;
        try
        {
            return SchemaGrammar.AddTo(_grammar, JsonElement.Parse(schema), _options);
        }
        catch (ConstraintException problem)
        {
            throw new ConstraintException(name + problem.Path, problem.Problem);
        }
        finally
        {
            _grammar.Prefix = "";
        }
    }

    private static int AddMember(RuleGraph graph, int from, string name, string value) =>
        graph.AddLiteral(AddPunctuation(graph, graph.AddLiteral(from, Encoding.UTF8.GetBytes($"\"{name}\"")), (byte)':'), Encoding.UTF8.GetBytes($"\"{value}\""));

    private static int AddPunctuation(RuleGraph graph, int from, byte mark)
    {
        int after = graph.AddLiteral(from, [mark]);
        int spaced = graph.AddLiteral(after, " "u8);
        graph.AddFree(after, spaced);
        return spaced;
    }

    /// <summary>Nothing, a space or a line end.</summary>
    private int AddOptionalSpace(int from)
    {
        int to = _root.AddState();
        _root.AddFree(from, to);
        _root.AddBytes(from, (byte)' ', (byte)' ', to);
        _root.AddBytes(from, (byte)'\n', (byte)'\n', to);
        return to;
    }

    /// <summary>Any white space.</summary>
    private int AddSpaces(int from)
    {
        int loop = _root.AddState();
        _root.AddFree(from, loop);
        foreach (byte space in " \t\r\n"u8)
            _root.AddBytes(loop, space, space, loop);
        return loop;
    }
}
