namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>
/// A name or element that does not exist. It prints as nothing, is false and is empty; reading anything of it, calling it or
/// calculating with it is an error with <see cref="Message"/>.
/// </summary>
internal sealed class UndefinedValue : TemplateValue
{
    private readonly string _text;
    private readonly TemplateValue? _owner;
    private readonly bool _isHint;

    private UndefinedValue(string text, TemplateValue? owner, bool isHint) => (_text, _owner, _isHint) = (text, owner, isHint);

    /// <summary>What is missing, as Jinja2 words it.</summary>
    public string Message => (_isHint, _owner) switch
    {
        (true, _) => _text,
        (_, null) => $"'{_text}' is undefined",
        (_, NoneValue) => $"'None' has no attribute '{_text}'",
        (_, var owner) => $"'{owner.TypeName} object' has no attribute '{_text}'",
    };

    internal override string TypeName => "Undefined";

    internal override bool IsTrue => false;

    internal override long? Length => 0;

    internal override IEnumerable<TemplateValue> Elements => [];

    internal override int KeyHash => 0;

    /// <summary>A variable that nobody set.</summary>
    public static UndefinedValue Name(string name) => new(name, null, false);

    /// <summary>An attribute or key that <paramref name="owner"/> does not have.</summary>
    public static UndefinedValue Member(TemplateValue owner, string name) => new(name, owner, false);

    /// <summary>Any other missing value, with the whole message.</summary>
    public static UndefinedValue Because(string message) => new(message, null, true);
}
