using TokenFactory.Models.Tokenization;

namespace TokenFactory.Models.Tests.Tokenization;

/// <summary>A model folder for one test: the given files in a new temporary folder.</summary>
internal sealed class TemporaryModel : IDisposable
{
    public TemporaryModel(string tokenizer, string? configuration = null)
    {
        File.WriteAllText(TokenizerFile, tokenizer);
        if (configuration is not null)
            File.WriteAllText(Path.Combine(Folder, "tokenizer_config.json"), configuration);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("tokenizer-test-").FullName;

    public string TokenizerFile => Path.Combine(Folder, "tokenizer.json");

    /// <summary>Loads the given files once; the tokenizer needs them no longer.</summary>
    public static ModelTokenizer Load(string tokenizer, string? configuration = null)
    {
        using TemporaryModel model = new(tokenizer, configuration);
        return ModelTokenizer.Load(model.Folder);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
