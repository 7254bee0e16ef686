using System.Text.Json;

namespace TokenFactory.DemoModel.Corpus;

/// <summary>Documents as JSON lines.</summary>
internal static class CorpusFile
{
    public static void Write(string path, IEnumerable<Document> documents)
    {
        using var writer = new StreamWriter(path);
        foreach (Document document in documents)
            writer.WriteLine(JsonSerializer.Serialize(document));
    }

    /// <exception cref="FileNotFoundException">The corpus was not generated yet.</exception>
    public static List<Document> Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} does not exist; run the 'data' command first", path);
        return [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Document>(line)
            ?? throw new InvalidDataException($"{path} holds an empty document"))];
    }
}
