namespace TokenFactory.Models.ChatTemplates;

/// <summary>
/// A chat template could not be read, parsed or rendered. <see cref="Exception.Message"/> names the template and the line
/// where they are known; <see cref="Detail"/> is what happened, without the place.
/// </summary>
public class ChatTemplateException : Exception
{
    public ChatTemplateException(string detail)
        : base(detail) => Detail = detail;

    public ChatTemplateException(string detail, Exception inner)
        : base(detail, inner) => Detail = detail;

    /// <summary>What happened, in words.</summary>
    public string Detail { get; }

    /// <summary>The template's name as it was given to <see cref="ChatTemplate.Parse"/>; null before it is known.</summary>
    public string? TemplateName { get; private set; }

    /// <summary>The template line, counted from 1; null where the error belongs to no line.</summary>
    public int? Line { get; private set; }

    /// <summary>The column, counted from 1 in UTF-16 units; known for syntax errors.</summary>
    public int? Column { get; private protected init; }

    public override string Message => (TemplateName, Line, Column) switch
    {
        (null, null, _) => Detail,
        (null, int line, null) => $"line {line}: {Detail}",
        (null, int line, int column) => $"line {line}, column {column}: {Detail}",
        (string name, null, _) => $"chat template '{name}': {Detail}",
        (string name, int line, null) => $"chat template '{name}', line {line}: {Detail}",
        (string name, int line, int column) => $"chat template '{name}', line {line}, column {column}: {Detail}",
    };

    /// <summary>Fills in the place where it is not known yet: code deep in an evaluation throws without knowing it.</summary>
    internal void Locate(string? templateName, int? line)
    {
        TemplateName ??= templateName;
        Line ??= line;
    }
}

/// <summary>The template's text is not valid Jinja, or uses a tag, filter or test that this dialect does not have.</summary>
public sealed class ChatTemplateSyntaxException : ChatTemplateException
{
    public ChatTemplateSyntaxException(string detail, int line, int column)
        : base(detail)
    {
        Locate(null, line);
        Column = column;
    }
}

/// <summary>
/// The template itself refused its input with <c>raise_exception(text)</c>: the conversation does not fit the model.
/// <see cref="ChatTemplateException.Detail"/> is the template's own text, unchanged.
/// </summary>
public sealed class ChatTemplateRaisedException(string text) : ChatTemplateException(text);

/// <summary>The rendering exceeded one of the <see cref="ChatTemplateLimits"/> and was stopped.</summary>
public sealed class ChatTemplateLimitException(ChatTemplateLimit limit, string detail) : ChatTemplateException(detail)
{
    /// <summary>Which limit it was.</summary>
    public ChatTemplateLimit Limit { get; } = limit;
}

/// <summary>A model folder's chat template files are malformed. <see cref="File"/> and <see cref="Field"/> say where.</summary>
public sealed class ChatTemplateFolderException : ChatTemplateException
{
    public ChatTemplateFolderException(string file, string? field, string problem)
        : base(Describe(file, field, problem)) => (File, Field) = (file, field);

    public ChatTemplateFolderException(string file, string? field, string problem, Exception inner)
        : base(Describe(file, field, problem), inner) => (File, Field) = (file, field);

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The JSON field's path in the file; null where the whole file is meant.</summary>
    public string? Field { get; }

    private static string Describe(string file, string? field, string problem) =>
        field is null ? $"{file}: {problem}" : $"{file}: field '{field}': {problem}";
}
