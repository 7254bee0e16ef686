using System.CommandLine;
using TokenFactory.DemoModel;
using TokenFactory.DemoModel.Commands;

NativeLibraryRepair.Apply();
RootCommand root = new("Makes the demonstration model: corpus, tokenizer, training, model folder, samples.")
{
    DataCommand.Create(),
    TokenizerCommand.Create(),
    TrainCommand.Create(),
    ExportCommand.Create(),
    PerplexityCommand.Create(),
    SampleCommand.Create(),
};
return root.Parse(args).Invoke();
