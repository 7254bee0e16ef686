using TokenFactory.Models.Tokenization;

namespace TokenFactory.Engine.Onnx.Quality;

/// <summary>The text that quantisation is measured on: a short story in English, written for this project, so that no model was trained on it.</summary>
internal static class QualityText
{
    /// <summary>Changes whenever the text or the way of measuring does: figures of another version are not shown.</summary>
    public const int Version = 1;

    /// <summary>At most <paramref name="most"/> leading tokens of the text.</summary>
    /// <exception cref="TokenizerFormatException">The model's tokenizer is missing or damaged.</exception>
    public static int[] Tokens(string modelFolder, int most)
    {
        using Stream stream = typeof(QualityText).Assembly.GetManifestResourceStream("quality-text.txt")
            ?? throw new InvalidOperationException("The text that quantisation is measured on is not part of the assembly.");
        using StreamReader reader = new(stream);
        int[] tokens = ModelTokenizer.Load(modelFolder).Encode(reader.ReadToEnd(), addSpecialTokens: true);
        return tokens.Length > most ? tokens[..most] : tokens;
    }
}
