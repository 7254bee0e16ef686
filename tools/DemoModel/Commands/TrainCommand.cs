using System.CommandLine;
using TokenFactory.DemoModel.Corpus;
using TokenFactory.DemoModel.Export;
using TokenFactory.DemoModel.Tokenization;
using TokenFactory.DemoModel.Training;
using TorchSharp;

namespace TokenFactory.DemoModel.Commands;

/// <summary>Trains, or goes on training where the checkpoint stands. Control-C stops and keeps what was learned.</summary>
internal static class TrainCommand
{
    private const int Seed = 1;
    private const int Positions = 1024;

    public static Command Create()
    {
        Option<string> work = Workplace.FolderOption();
        Option<int> threads = Workplace.ThreadsOption();
        Option<double> minutes = new("--minutes") { Description = "length of the whole training, all runs together", DefaultValueFactory = _ => 40 };
        Option<double> stopAfter = new("--stop-after") { Description = "minutes after which this run stops", DefaultValueFactory = _ => 1e6 };
        Option<int> rows = new("--rows") { Description = "rows of a batch", DefaultValueFactory = _ => 16 };
        Option<int> context = new("--context") { Description = "tokens of a row", DefaultValueFactory = _ => 256 };
        Option<double> rate = new("--rate") { Description = "peak learning rate", DefaultValueFactory = _ => 2e-3 };
        Option<string?> from = new("--from") { Description = "a model folder whose weights a first run starts from; the tokenizer must be the same" };
        Option<string?> publish = new("--publish") { Description = "a folder that gets a usable copy at every checkpoint" };
        Command command = new("train", "Train the model.") { work, threads, minutes, stopAfter, rows, context, rate, from, publish };
        command.SetAction((result, stop) =>
        {
            torch.set_num_threads(result.GetRequiredValue(threads));
            torch.random.manual_seed(Seed);
            Workplace place = Workplace.From(result, work);
            Run(place, new TrainingOptions(
                place.Folder, result.GetRequiredValue(minutes), result.GetRequiredValue(stopAfter), result.GetRequiredValue(rows),
                result.GetRequiredValue(context), result.GetRequiredValue(rate), result.GetValue(publish)), result.GetValue(from), stop);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Run(Workplace place, TrainingOptions options, string? from, CancellationToken stop)
    {
        BpeTokenizer tokenizer = place.LoadTokenizer();
        List<EncodedDocument> documents = Workplace.Encode(place.TrainingCorpus, tokenizer);
        Console.WriteLine($"{documents.Count} documents, {documents.Sum(document => (long)document.Ids.Length)} tokens");
        int vocabulary = tokenizer.Vocabulary.Tokens.Count();
        var shape = new ModelShape(vocabulary, 256, 768, 5, 4, 2, Positions);
        TrainingState state = Checkpoint.Exists(options.Folder) ? Checkpoint.ReadState(options.Folder) : new TrainingState(shape, 0, 0, 0, 0, 0);
        using LlamaModule module = state.Step > 0 ? Checkpoint.LoadModule(options.Folder) : Fresh(shape, from);
        Console.WriteLine($"{state.Shape}, {state.Shape.Parameters} parameters, at step {state.Step}");
        var packer = new RowPacker(documents, options.Rows, options.Context, tokenizer.Id(Document.EndOfText));
        new Trainer(options, module, state, packer, new HfFolderWriter(tokenizer)).Run(stop);
    }

    private static LlamaModule Fresh(ModelShape shape, string? from)
    {
        if (from is null)
            return new LlamaModule(shape);
        LlamaModule module = HfFolderReader.Load(from);
        return module.Shape == shape ? module : throw new InvalidDataException($"{from} holds {module.Shape}; this training makes {shape}");
    }
}
