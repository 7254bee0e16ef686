using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Syntax;

namespace TokenFactory.Models.ChatTemplates;

/// <summary>
/// A model's chat template: Jinja text that turns messages and tools into the prompt the model was trained on. Parsed once;
/// immutable, so any number of threads may render it at the same time.
/// </summary>
/// <remarks>
/// The language is that of Jinja2 3.1.2 with <c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls and the
/// <c>generation</c> tag, without autoescape. <c>include</c>, <c>import</c>, <c>extends</c> and <c>block</c> are refused.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly ParsedTemplate _parsed;
    private readonly ChatTemplateLimits _limits;

    private ChatTemplate(string name, string source, ParsedTemplate parsed, ChatTemplateLimits limits)
    {
        Name = name;
        Source = source;
        _parsed = parsed;
        _limits = limits;
    }

    /// <summary>The name that errors carry.</summary>
    public string Name { get; }

    /// <summary>The text as it was given.</summary>
    public string Source { get; }

    /// <summary>Whether the template reads a variable of this name, for instance <c>tools</c> or <c>enable_thinking</c>.</summary>
    public bool Reads(string variable) => _parsed.ReadNames.Contains(variable);

    /// <summary>Parses a template.</summary>
    /// <exception cref="ChatTemplateSyntaxException">The text is not valid; line and column say where.</exception>
    /// <exception cref="ChatTemplateLimitException">The text is longer than <see cref="ChatTemplateLimits.MaxSourceLength"/>.</exception>
    public static ChatTemplate Parse(string source, string name = "default", ChatTemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
        limits ??= ChatTemplateLimits.Default;
        try
        {
            if (source.Length > limits.MaxSourceLength)
            {
                throw new ChatTemplateLimitException(
                    ChatTemplateLimit.SourceLength,
                    $"the template has {source.Length} characters, more than the {limits.MaxSourceLength} that are allowed");
            }
            return new ChatTemplate(name, source, TemplateParser.Parse(source), limits);
        }
        catch (ChatTemplateException exception)
        {
            exception.Locate(name, null);
            throw;
        }
    }

    /// <summary>Renders the prompt text.</summary>
    /// <exception cref="ChatTemplateRaisedException">The template refused the conversation with <c>raise_exception</c>.</exception>
    /// <exception cref="ChatTemplateLimitException">A limit was exceeded.</exception>
    /// <exception cref="ChatTemplateException">The template failed, for instance on an undefined value; the line says where.</exception>
    public string Render(ChatTemplateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using RenderContext context = new(_limits, input.Clock);
        try
        {
            return context.Render(_parsed, RenderVariables.Of(input));
        }
        catch (ChatTemplateException exception)
        {
            exception.Locate(Name, context.Line);
            throw;
        }
    }
}
