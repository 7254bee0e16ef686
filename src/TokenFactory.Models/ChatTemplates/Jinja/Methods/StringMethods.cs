using System.Collections.Frozen;
using TokenFactory.Models.ChatTemplates.Jinja.Filters;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Methods;

/// <summary>Python's string methods.</summary>
internal static class StringMethods
{
    private static readonly FrozenDictionary<string, NativeFunction> Methods = ((NativeFunction[])
        [.. Own, .. TextSearch.All, .. TextSplitting.All, .. TextPadding.All, .. StringClasses.All])
        .ToFrozenDictionary(static method => method.Name, StringComparer.Ordinal);

    private static IEnumerable<NativeFunction> Own =>
    [
        Mapping("upper", CaseFilters.Upper),
        Mapping("lower", CaseFilters.Lower),
        Mapping("casefold", static text => CaseFilters.Lower(text).Replace("ß", "ss", StringComparison.Ordinal)),
        Mapping("capitalize", CaseFilters.Capitalize),
        Mapping("title", static text => CaseFilters.TitleAfter(text, static c => !char.IsLetter(c))),
        Mapping("swapcase", SwapCase),
        Stripping("strip", left: true, right: true),
        Stripping("lstrip", left: true, right: false),
        Stripping("rstrip", left: false, right: true),
        new("join", ["iterable"], Join),
        new("format", static (context, self, arguments) => BraceFormat.Format(context, (StringValue)self, arguments)),
        new("removeprefix", ["prefix"], static (_, self, arguments) => RemoveEnd(self, arguments.RequiredText(0, "prefix"), atStart: true)),
        new("removesuffix", ["suffix"], static (_, self, arguments) => RemoveEnd(self, arguments.RequiredText(0, "suffix"), atStart: false)),
    ];

    public static NativeFunction? Find(string name) => Methods.GetValueOrDefault(name);

    private static NativeFunction Mapping(string name, Func<string, string> map) =>
        new(name, [], (context, self, _) => CaseFilters.Map(context, self, map));

    private static NativeFunction Stripping(string name, bool left, bool right) =>
        new(name, ["chars"], (context, self, arguments) =>
        {
            StringValue text = (StringValue)self;
            string? characters = arguments.Text(0, "chars");
            context.Budget.AllocateText(text.Text.Length);
            context.Budget.SearchText(text.Text.Length, characters?.Length ?? 0);
            string stripped = PythonText.Strip(text.Text, characters, left, right);
            return stripped.Length == text.Text.Length ? text : text.Like(stripped);
        });

    private static string SwapCase(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
            span[i] = char.IsUpper(source[i]) ? char.ToLowerInvariant(source[i]) : char.ToUpperInvariant(source[i]);
    });

    /// <summary>Unlike the filter, the method takes texts only.</summary>
    private static StringValue Join(RenderContext context, TemplateValue self, CallArguments arguments)
    {
        StringValue separator = (StringValue)self;
        string between = separator.Text;
        int mark = context.Output.Mark();
        int index = 0;
        foreach (TemplateValue item in context.Budget.Iterate(arguments.Required(0, "iterable")))
        {
            if (item is not StringValue part)
                throw new ChatTemplateException($"join() needs texts; item {index} is {item.TypeName}");
            if (index++ > 0)
                context.Output.Append(between);
            context.Output.Append(separator.IsSafe ? Escaping.Escape(context.Budget, part) : part.Text);
        }
        return separator.Like(context.Output.Cut(mark));
    }

    private static StringValue RemoveEnd(TemplateValue self, string end, bool atStart)
    {
        StringValue text = (StringValue)self;
        if (atStart)
            return text.Text.StartsWith(end, StringComparison.Ordinal) ? text.Like(text.Text[end.Length..]) : text;
        return end.Length > 0 && text.Text.EndsWith(end, StringComparison.Ordinal) ? text.Like(text.Text[..^end.Length]) : text;
    }
}
