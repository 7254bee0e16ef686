using System.Text.Json;
using TokenFactory.DemoModel.Export;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>How far a training has come, summed over all its runs.</summary>
internal sealed record TrainingState(ModelShape Shape, long Step, long Tokens, double Seconds, int Pass, int BatchOfPass);

/// <summary>A folder with a training's weights, optimiser moments and state; written so that a stop at any time leaves a whole one.</summary>
internal static class Checkpoint
{
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, "state.json"));

    /// <exception cref="FileNotFoundException">The folder holds no checkpoint.</exception>
    public static TrainingState ReadState(string folder)
    {
        string path = Path.Combine(folder, "state.json");
        if (!File.Exists(path))
            throw new FileNotFoundException($"{folder} holds no checkpoint; run the 'train' command first", path);
        return JsonSerializer.Deserialize<TrainingState>(File.ReadAllText(path))
            ?? throw new InvalidDataException($"{path} is empty");
    }

    public static LlamaModule LoadModule(string folder)
    {
        var module = new LlamaModule(ReadState(folder).Shape);
        SafetensorsReader.Fill(Path.Combine(folder, "training.safetensors"), Weights(module));
        return module;
    }

    public static void LoadOptimizer(string folder, AdamW optimizer) =>
        SafetensorsReader.Fill(Path.Combine(folder, "training.safetensors"), optimizer.State);

    public static void Write(string folder, LlamaModule module, AdamW optimizer, TrainingState state)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, "training.safetensors"), [.. Weights(module), .. optimizer.State], half: false);
        string next = Path.Combine(folder, "state.json.next");
        File.WriteAllText(next, JsonSerializer.Serialize(state, JsonStyle.Indented));
        File.Move(next, Path.Combine(folder, "state.json"), overwrite: true);
    }

    private static IEnumerable<(string Name, Tensor Value)> Weights(LlamaModule module) =>
        module.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter));
}
