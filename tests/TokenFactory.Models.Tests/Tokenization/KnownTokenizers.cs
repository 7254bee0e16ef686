using System.Collections.Concurrent;
using TokenFactory.Models.Tokenization;
using TokenFactory.Tests.Shared;

namespace TokenFactory.Models.Tests.Tokenization;

/// <summary>The real tokenizers of the data folder, each loaded once for all tests.</summary>
internal static class KnownTokenizers
{
    private static readonly ConcurrentDictionary<string, Lazy<ModelTokenizer>> Loaded = new();

    public static ModelTokenizer Qwen3 => Folder("tokenizers/qwen3");

    public static ModelTokenizer Phi3 => Folder("tokenizers/phi3");

    public static ModelTokenizer TinyStories => Folder("models/TinyStories-656K");

    public static ModelTokenizer Gpt2
    {
        get
        {
            string file = SharedData.Require("tokenizers/gpt2/gpt2.tiktoken");
            Dictionary<string, int> special = new() { ["<|endoftext|>"] = 50256 };
            return Once("gpt2", () => ModelTokenizer.LoadTiktoken(file, ModelTokenizer.Gpt2Pattern, special));
        }
    }

    public static ModelTokenizer ByName(string name) => name switch
    {
        "qwen3" => Qwen3,
        "phi3" => Phi3,
        "gpt2" => Gpt2,
        "TinyStories-656K" => TinyStories,
        _ => throw new ArgumentException($"no tokenizer is called {name}", nameof(name)),
    };

    private static ModelTokenizer Folder(string relative)
    {
        string folder = SharedData.Require(relative);
        return Once(relative, () => ModelTokenizer.Load(folder));
    }

    private static ModelTokenizer Once(string key, Func<ModelTokenizer> load) =>
        Loaded.GetOrAdd(key, _ => new Lazy<ModelTokenizer>(load)).Value;
}
