namespace TokenFactory.Models;

/// <summary>
/// A file of a model folder is damaged, contradicts another one, or asks for something that is not supported. The message names
/// the file and the field or tensor, says what is wrong, and what to do about it.
/// </summary>
public sealed class ModelFormatException : Exception
{
    /// <param name="file">Path of the file at fault, as the user knows it.</param>
    /// <param name="field">JSON field or tensor name; null where the file as a whole is at fault.</param>
    /// <param name="problem">What is wrong and what to do, without a closing full stop.</param>
    /// <param name="inner">The cause, where another exception revealed it.</param>
    public ModelFormatException(string file, string? field, string problem, Exception? inner = null)
        : base(field is null ? $"{file}: {problem}" : $"{file}: {field}: {problem}", inner)
    {
        File = file;
        Field = field;
    }

    /// <summary>Path of the file at fault.</summary>
    public string File { get; }

    /// <summary>The JSON field or tensor at fault; null where the whole file is.</summary>
    public string? Field { get; }
}
