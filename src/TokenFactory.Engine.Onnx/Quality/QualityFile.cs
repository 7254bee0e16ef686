using System.Text.Json;
using System.Text.Json.Serialization;
using TokenFactory.Engine.Loading;

namespace TokenFactory.Engine.Onnx.Quality;

/// <summary>The measured quality beside the packed weights, so that later loads need not measure again.</summary>
internal static class QualityFile
{
    /// <summary>Where it lies for keys and values kept in <paramref name="kv"/> and a text of <paramref name="tokens"/> tokens.</summary>
    public static string Locate(string cacheFolder, string kv, int tokens) =>
        Path.Combine(cacheFolder, FormattableString.Invariant($"quality-{QualityText.Version}-{kv}-{tokens}.json"));

    /// <summary>What was measured; null where nothing was, or the file cannot be read: it is measured again then.</summary>
    public static QuantizationQuality? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), QualityJson.Default.QuantizationQuality) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Write(string path, QuantizationQuality quality)
    {
        string temporary = path + "." + Guid.NewGuid().ToString("N");
        File.WriteAllText(temporary, JsonSerializer.Serialize(quality, QualityJson.Default.QuantizationQuality));
        File.Move(temporary, path, overwrite: true);
    }
}

// Damaged weights give figures that are no numbers; they are kept and shown like any others.
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(QuantizationQuality))]
internal sealed partial class QualityJson : JsonSerializerContext;
