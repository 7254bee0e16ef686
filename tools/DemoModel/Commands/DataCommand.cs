using System.CommandLine;
using TokenFactory.DemoModel.Corpus;

namespace TokenFactory.DemoModel.Commands;

/// <summary>Generates the corpus; every hundredth document is held out.</summary>
internal static class DataCommand
{
    private const int HoldOutEvery = 100;

    public static Command Create()
    {
        Option<string> work = Workplace.FolderOption();
        Option<int> documents = new("--documents") { Description = "how many", DefaultValueFactory = _ => 120_000 };
        Option<int> seed = new("--seed") { Description = "the same seed gives the same corpus", DefaultValueFactory = _ => 1 };
        Option<int> show = new("--show") { Description = "print this many documents and write none" };
        Command command = new("data", "Generate the corpus.") { work, documents, seed, show };
        command.SetAction(result =>
        {
            IEnumerable<Document> all = new CorpusGenerator().Generate(result.GetRequiredValue(seed));
            if (result.GetValue(show) is > 0 and int some)
                Show(all.Take(some));
            else
                Write(Workplace.From(result, work), all.Take(result.GetRequiredValue(documents)));
        });
        return command;
    }

    private static void Show(IEnumerable<Document> documents)
    {
        foreach (Document document in documents)
            Console.WriteLine(document.Text + "\n");
    }

    private static void Write(Workplace place, IEnumerable<Document> documents)
    {
        ILookup<bool, Document> split = documents
            .Select((document, index) => (document, index))
            .ToLookup(pair => pair.index % HoldOutEvery == 0, pair => pair.document);
        CorpusFile.Write(place.HeldOutCorpus, split[true]);
        CorpusFile.Write(place.TrainingCorpus, split[false]);
        Console.WriteLine($"{split[false].Count()} documents to train on, {split[true].Count()} held out, in {place.Folder}");
    }
}
