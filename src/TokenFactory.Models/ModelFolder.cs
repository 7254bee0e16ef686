using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Models;

/// <summary>A model on disk in Hugging Face layout: <c>config.json</c>, <c>*.safetensors</c> and what belongs to them.</summary>
public sealed class ModelFolder
{
    private ModelFolder(string path, ModelSpec spec)
    {
        Path = path;
        Spec = spec;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Path { get; }

    /// <summary>The folder's own name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    public ModelSpec Spec { get; }

    /// <summary>Reads the configuration; weights stay untouched. Throws <see cref="ModelFormatException"/>.</summary>
    public static ModelFolder Open(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(full))
        {
            throw new ModelFormatException(full, null, "the folder does not exist");
        }
        ModelSpec spec = ModelSpecReader.Read(
            System.IO.Path.Combine(full, "config.json"), System.IO.Path.Combine(full, "generation_config.json"));
        return new ModelFolder(full, spec);
    }

    /// <summary>Why the folder asks for other embeddings than the last token's hidden state, in words; null where it asks for that, or says nothing.</summary>
    /// <exception cref="ModelFormatException">One of its files about that is damaged.</exception>
    public string? FindPoolingProblem() => PoolingReader.FindProblem(Path);

    /// <summary>Maps the folder's safetensors files into memory and checks their headers. The caller disposes the result.</summary>
    public TensorStore OpenWeights() => TensorStore.Open(Path);
}
