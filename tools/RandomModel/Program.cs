using System.CommandLine;
using System.Text.Json.Nodes;
using TokenFactory.Models;
using TokenFactory.Models.Weights;
using TokenFactory.RandomModel;

Argument<DirectoryInfo> folder = new("folder") { Description = "Folder to write; made where it does not exist." };
Option<string> shape = new("--shape") { Description = $"One of {string.Join(", ", Shapes.All.Keys)}, or the path of a config.json.", DefaultValueFactory = _ => "tiny" };
Option<int> seed = new("--seed") { Description = "The same seed gives the same weights.", DefaultValueFactory = _ => 1 };
Option<TensorType> type = new("--type") { Description = "F32, F16 or BF16.", DefaultValueFactory = _ => TensorType.BF16 };
Option<bool?> tied = new("--tied") { Description = "Whether the head uses the embedding; the shape's own choice where left out." };
Option<int?> vocabulary = new("--vocabulary") { Description = "Tokens, where not the shape's own." };
Option<DirectoryInfo?> tokenizer = new("--tokenizer") { Description = "Copies tokenizer.json and tokenizer_config.json from here." };
Option<FileInfo?> gguf = new("--gguf") { Description = "Writes the same weights to this file too, as llama.cpp reads them." };

RootCommand command = new("Writes a model folder in Hugging Face layout with random weights.") { folder, shape, seed, type, tied, vocabulary, tokenizer, gguf };
command.SetAction(parsed =>
{
    string path = parsed.GetRequiredValue(folder).FullName;
    string name = parsed.GetRequiredValue(shape);
    JsonObject config = Shapes.All.TryGetValue(name, out JsonObject? known)
        ? known
        : JsonNode.Parse(File.ReadAllText(name))?.AsObject() ?? throw new InvalidDataException($"{name} is neither a known shape nor a config.json.");
    config["tie_word_embeddings"] = parsed.GetValue(tied) ?? (bool?)config["tie_word_embeddings"] ?? false;
    config["vocab_size"] = parsed.GetValue(vocabulary) ?? (int?)config["vocab_size"];
    config["torch_dtype"] = parsed.GetValue(type) switch { TensorType.F32 => "float32", TensorType.F16 => "float16", _ => "bfloat16" };
    config["eos_token_id"] = (int?)config["vocab_size"] - 1;

    Directory.CreateDirectory(path);
    File.WriteAllText(Path.Combine(path, "config.json"), config.ToJsonString(new() { WriteIndented = true }));
    ModelFolder model = ModelFolder.Open(path);
    RandomWeights.Write(Path.Combine(path, "model.safetensors"), model.Spec, parsed.GetValue(type), parsed.GetValue(seed));
    if (parsed.GetValue(tokenizer) is { } source)
    {
        foreach (FileInfo file in source.EnumerateFiles("tokenizer*.json"))
        {
            file.CopyTo(Path.Combine(path, file.Name), overwrite: true);
        }
    }
    else
    {
        ByteTokenizer.Write(path, model.Spec.VocabularySize);
    }
    if (parsed.GetValue(gguf) is { } peer)
    {
        using TensorStore weights = model.OpenWeights();
        GgufFile.Write(peer.FullName, model.Spec, WeightMap.Create(model.Spec, weights));
    }
    Console.WriteLine($"{path}: {model.Spec.ParameterCount / 1e6:F0} million parameters, of which a token passes {model.Spec.ActiveParameterCount / 1e6:F0}");
});
return command.Parse(args).Invoke();
