using System.Text.Json;
using TokenFactory.DemoModel.Training;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Export;

/// <summary>Reads a folder that <see cref="HfFolderWriter"/> wrote.</summary>
internal static class HfFolderReader
{
    /// <exception cref="FileNotFoundException">The folder holds no model.</exception>
    /// <exception cref="InvalidDataException">Its weights do not fit its configuration.</exception>
    public static LlamaModule Load(string folder)
    {
        var module = new LlamaModule(ReadShape(Path.Combine(folder, "config.json")));
        SafetensorsReader.Fill(
            Path.Combine(folder, "model.safetensors"), module.named_parameters().Select(pair => ("model." + pair.name, (Tensor)pair.parameter)));
        return module;
    }

    private static ModelShape ReadShape(string path)
    {
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(path));
        int Number(string name) => config.RootElement.GetProperty(name).GetInt32();
        return new ModelShape(
            Number("vocab_size"), Number("hidden_size"), Number("intermediate_size"), Number("num_hidden_layers"),
            Number("num_attention_heads"), Number("num_key_value_heads"), Number("max_position_embeddings"));
    }
}
