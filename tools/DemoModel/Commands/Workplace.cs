using System.CommandLine;
using TokenFactory.DemoModel.Corpus;
using TokenFactory.DemoModel.Tokenization;
using TokenFactory.DemoModel.Training;

namespace TokenFactory.DemoModel.Commands;

/// <summary>The folder where the commands leave their results for one another.</summary>
internal sealed record Workplace(string Folder)
{
    public string TrainingCorpus => Path.Combine(Folder, "train.jsonl");

    public string HeldOutCorpus => Path.Combine(Folder, "heldout.jsonl");

    public string TokenizerPath => Path.Combine(Folder, "tokenizer.json");

    public static Option<string> FolderOption() => new("--work")
    {
        Description = "the folder for corpus, tokenizer and checkpoint",
        DefaultValueFactory = _ => "artifacts/demo-model",
    };

    public static Option<int> ThreadsOption() => new("--threads") { Description = "CPU threads", DefaultValueFactory = _ => 2 };

    public static Workplace From(ParseResult result, Option<string> option)
    {
        var place = new Workplace(Path.GetFullPath(result.GetRequiredValue(option)));
        Directory.CreateDirectory(place.Folder);
        return place;
    }

    /// <exception cref="FileNotFoundException">The tokenizer was not trained yet.</exception>
    public BpeTokenizer LoadTokenizer() => File.Exists(TokenizerPath)
        ? new BpeTokenizer(TokenizerJson.Read(TokenizerPath))
        : throw new FileNotFoundException($"{TokenizerPath} does not exist; run the 'tokenizer' command first", TokenizerPath);

    public static List<EncodedDocument> Encode(string corpus, BpeTokenizer tokenizer) =>
        [.. CorpusFile.Read(corpus).Select(document => EncodedDocument.Encode(document, tokenizer))];
}
