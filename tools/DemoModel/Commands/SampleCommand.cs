using System.CommandLine;
using TokenFactory.DemoModel.Corpus;
using TokenFactory.DemoModel.Sampling;
using TokenFactory.DemoModel.Tokenization;
using TokenFactory.DemoModel.Training;
using TorchSharp;

namespace TokenFactory.DemoModel.Commands;

/// <summary>
/// Prints the model's answers. A prompt is a conversation: its user turns are parted by " / ". With --text it is plain text to go on with.
/// </summary>
internal static class SampleCommand
{
    private const int MostTokens = 320;

    public static Command Create()
    {
        Option<string> work = Workplace.FolderOption();
        Option<int> threads = Workplace.ThreadsOption();
        Option<double> temperature = new("--temperature") { Description = "0 is greedy", DefaultValueFactory = _ => 0 };
        Option<int> seed = new("--seed") { Description = "for temperatures above 0", DefaultValueFactory = _ => 1 };
        Option<bool> text = new("--text") { Description = "prompts are plain text" };
        Option<FileInfo?> file = new("--file") { Description = "a file with one prompt a line" };
        Argument<string[]> prompts = new("prompts") { Arity = ArgumentArity.ZeroOrMore };
        Command command = new("sample", "Print samples.") { work, threads, temperature, seed, text, file, prompts };
        command.SetAction(result =>
        {
            torch.set_num_threads(result.GetRequiredValue(threads));
            Workplace place = Workplace.From(result, work);
            BpeTokenizer tokenizer = place.LoadTokenizer();
            using LlamaModule module = Checkpoint.LoadModule(place.Folder);
            var random = new Random(result.GetRequiredValue(seed));
            var sampler = new Sampler(module, tokenizer);
            double heat = result.GetRequiredValue(temperature);
            IEnumerable<string> lines = result.GetValue(file) is { } list ? File.ReadLines(list.FullName) : result.GetRequiredValue(prompts);
            foreach (string prompt in lines)
            {
                if (result.GetValue(text))
                    Console.WriteLine($"{prompt}⟶{sampler.Continue(prompt, heat, MostTokens, random)}\n");
                else
                    Talk(sampler, prompt, heat, random);
            }
        });
        return command;
    }

    private static void Talk(Sampler sampler, string prompt, double temperature, Random random)
    {
        var turns = new List<Turn>();
        foreach (string question in prompt.Split(" / ", StringSplitOptions.TrimEntries))
        {
            turns.Add(new Turn(Turn.User, question));
            turns.Add(new Turn(Turn.Assistant, sampler.Answer(turns, temperature, MostTokens, random)));
            Console.WriteLine($"> {question}\n{turns[^1].Text}");
        }
        Console.WriteLine();
    }
}
