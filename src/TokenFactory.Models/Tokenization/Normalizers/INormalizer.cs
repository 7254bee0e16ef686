namespace TokenFactory.Models.Tokenization.Normalizers;

/// <summary>Changes a text before it is tokenized. Immutable.</summary>
internal interface INormalizer
{
    string Normalize(string text);
}

/// <summary>Applies its parts one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> parts) : INormalizer
{
    public string Normalize(string text)
    {
        foreach (INormalizer part in parts)
            text = part.Normalize(text);
        return text;
    }
}
