namespace TokenFactory.Models.Tokenization;

/// <summary>A tokenizer file is missing, is not what its format says, or asks for a part that is not supported.</summary>
public sealed class TokenizerFormatException : Exception
{
    /// <summary>
    /// Names the file, the field within it (a path such as <c>model.merges[3]</c>, or empty for the whole file) and the problem.
    /// </summary>
    public TokenizerFormatException(string file, string field, string problem, Exception? inner = null)
        : base(field.Length == 0 ? $"{file}: {problem}" : $"{file}: {field}: {problem}", inner)
    {
        File = file;
        Field = field;
    }

    /// <summary>The path of the file at fault.</summary>
    public string File { get; }

    /// <summary>The field at fault as a path from the top of the file, or an empty string for the file as a whole.</summary>
    public string Field { get; }
}
