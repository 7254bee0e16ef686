using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>
/// The arguments of one call. A null in <see cref="Positional"/> is a parameter that was not given; it only occurs where
/// <see cref="NativeFunction"/> has bound the names.
/// </summary>
internal readonly struct CallArguments(TemplateValue?[] positional, (string Name, TemplateValue Value)[] named)
{
    public static readonly CallArguments Empty = new([], []);

    public TemplateValue?[] Positional { get; } = positional;

    public (string Name, TemplateValue Value)[] Named { get; } = named;

    /// <summary>The argument at a position; null where it was not given.</summary>
    public TemplateValue? this[int index] => index < Positional.Length ? Positional[index] : null;

    public TemplateValue Required(int index, string name) =>
        this[index] ?? throw new ChatTemplateException($"the argument '{name}' is missing");

    public bool Boolean(int index, bool fallback) => this[index]?.IsTrue ?? fallback;

    /// <summary>An integer argument; a value beyond 64 bits is cut to the nearest end.</summary>
    public long Integer(int index, string name, long fallback) =>
        this[index] is { } value ? Numbers.ToInt64(value, name) : fallback;

    /// <summary>A text argument; null where it was not given or is none.</summary>
    public string? Text(int index, string name) => this[index] switch
    {
        null or NoneValue => null,
        StringValue text => text.Text,
        var other => throw new ChatTemplateException($"the argument '{name}' must be text, not {other.TypeName}"),
    };

    public string RequiredText(int index, string name) =>
        Text(index, name) ?? throw new ChatTemplateException($"the argument '{name}' must be text");

    /// <summary>The same arguments without the first <paramref name="count"/> positional ones.</summary>
    public CallArguments Skip(int count) => new(Positional[count..], Named);
}
