using System.CommandLine;
using System.Globalization;
using TokenFactory.DemoModel.Corpus;
using TokenFactory.DemoModel.Export;
using TokenFactory.DemoModel.Tokenization;
using TokenFactory.DemoModel.Training;
using TorchSharp;

namespace TokenFactory.DemoModel.Commands;

/// <summary>Measures perplexity on the held-out documents, over the tokens that the model is meant to write.</summary>
internal static class PerplexityCommand
{
    public static Command Create()
    {
        Option<string> work = Workplace.FolderOption();
        Option<int> threads = Workplace.ThreadsOption();
        Option<int> documents = new("--documents") { Description = "at most this many", DefaultValueFactory = _ => 1_000_000 };
        Option<string> model = new("--model") { Description = "the model folder", DefaultValueFactory = _ => "models/demo" };
        Command command = new("perplexity", "Measure held-out perplexity.") { work, threads, documents, model };
        command.SetAction(result =>
        {
            torch.set_num_threads(result.GetRequiredValue(threads));
            Workplace place = Workplace.From(result, work);
            BpeTokenizer tokenizer = place.LoadTokenizer();
            using LlamaModule module = HfFolderReader.Load(result.GetRequiredValue(model));
            IEnumerable<EncodedDocument> held = Workplace.Encode(place.HeldOutCorpus, tokenizer).Take(result.GetRequiredValue(documents));
            (double value, long tokens) = Perplexity.Measure(module, held, tokenizer.Id(Document.EndOfText));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"perplexity {value:F3} over {tokens} tokens"));
        });
        return command;
    }
}
