using System.CommandLine;
using TokenFactory.DemoModel.Export;
using TokenFactory.DemoModel.Training;

namespace TokenFactory.DemoModel.Commands;

/// <summary>Writes the checkpoint as a Hugging Face model folder.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Option<string> work = Workplace.FolderOption();
        Option<string> output = new("--out") { Description = "the model folder", DefaultValueFactory = _ => "models/demo" };
        Command command = new("export", "Write the model folder.") { work, output };
        command.SetAction(result =>
        {
            Workplace place = Workplace.From(result, work);
            using LlamaModule module = Checkpoint.LoadModule(place.Folder);
            new HfFolderWriter(place.LoadTokenizer()).Write(result.GetRequiredValue(output), module);
            Console.WriteLine($"{module.Shape.Parameters} parameters in {result.GetRequiredValue(output)}");
        });
        return command;
    }
}
