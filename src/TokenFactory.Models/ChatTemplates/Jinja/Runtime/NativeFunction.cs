namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>The body of a filter, test, method or global function. A filter's and test's operand comes as <paramref name="self"/>.</summary>
internal delegate TemplateValue NativeBody(RenderContext context, TemplateValue self, CallArguments arguments);

/// <summary>
/// A built-in function. With parameter names, keyword arguments are brought into their positions before the body runs and
/// surplus ones are refused; without, the body gets the arguments as they were written.
/// </summary>
internal sealed class NativeFunction
{
    private readonly string[]? _parameters;
    private readonly NativeBody _body;

    public NativeFunction(string name, string[] parameters, NativeBody body) => (Name, _parameters, _body) = (name, parameters, body);

    /// <summary>A function that takes any arguments.</summary>
    public NativeFunction(string name, NativeBody body) => (Name, _body) = (name, body);

    public string Name { get; }

    public TemplateValue Invoke(RenderContext context, TemplateValue self, CallArguments arguments) =>
        _body(context, self, _parameters is null ? arguments : Bind(_parameters, arguments));

    private CallArguments Bind(string[] parameters, CallArguments arguments)
    {
        if (arguments.Positional.Length > parameters.Length)
        {
            throw new ChatTemplateException(
                $"{Name}() takes at most {parameters.Length} arguments, and {arguments.Positional.Length} were given");
        }
        if (arguments.Named.Length == 0)
            return arguments;
        TemplateValue?[] bound = new TemplateValue?[parameters.Length];
        arguments.Positional.CopyTo(bound, 0);
        foreach ((string name, TemplateValue value) in arguments.Named)
        {
            int index = Array.IndexOf(parameters, name);
            if (index < 0)
                throw new ChatTemplateException($"{Name}() has no argument '{name}'");
            if (bound[index] is not null)
                throw new ChatTemplateException($"{Name}() got argument '{name}' twice");
            bound[index] = value;
        }
        return new CallArguments(bound, []);
    }
}
