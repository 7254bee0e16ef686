using System.CommandLine;
using TokenFactory.DemoModel.Corpus;
using TokenFactory.DemoModel.Tokenization;

namespace TokenFactory.DemoModel.Commands;

/// <summary>Trains the tokenizer on a part of the training corpus.</summary>
internal static class TokenizerCommand
{
    private const int Documents = 30_000;
    private static readonly string[] Special = [Document.EndOfText, Document.TurnStart, Document.TurnEnd];

    public static Command Create()
    {
        Option<string> work = Workplace.FolderOption();
        Option<int> size = new("--size") { Description = "entries, special tokens included", DefaultValueFactory = _ => 2560 };
        Command command = new("tokenizer", "Train the tokenizer.") { work, size };
        command.SetAction(result => Train(Workplace.From(result, work), result.GetRequiredValue(size)));
        return command;
    }

    private static void Train(Workplace place, int size)
    {
        IEnumerable<string> texts = CorpusFile.Read(place.TrainingCorpus).Take(Documents)
            .SelectMany(document => document.Spans)
            .Select(span => Special.Aggregate(span.Text, (text, special) => text.Replace(special, "", StringComparison.Ordinal)));
        var vocabulary = new BpeVocabulary(Special, BpeTrainer.Learn(texts, size - Special.Length - 256));
        TokenizerJson.Write(place.TokenizerPath, vocabulary);
        Console.WriteLine($"{vocabulary.Tokens.Count()} tokens in {place.TokenizerPath}");
    }
}
