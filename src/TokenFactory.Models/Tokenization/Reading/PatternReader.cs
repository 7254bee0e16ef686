using TokenFactory.Models.Tokenization.Patterns;

namespace TokenFactory.Models.Tokenization.Reading;

/// <summary>Reads a <c>pattern</c>: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternReader
{
    public static ITextPattern Read(JsonField field)
    {
        if (field["Regex"].IsPresent)
            return ReadRegex(field["Regex"]);
        string literal = field["String"].Text();
        return literal.Length > 0 ? new LiteralPattern(literal) : throw field["String"].Error("must not be empty");
    }

    private static RegexPattern ReadRegex(JsonField field)
    {
        try
        {
            return new RegexPattern(field.Text());
        }
        catch (FormatException exception)
        {
            throw field.Error(exception.Message, exception);
        }
    }
}
