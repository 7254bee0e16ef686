namespace TokenFactory.Models.Tokenization.PreTokenizers;

/// <summary>Cuts or rewrites the pieces of a text before the model sees them. Immutable.</summary>
internal interface IPreTokenizer
{
    void Apply(PieceList pieces);
}

/// <summary>Applies its parts one after the other.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> parts) : IPreTokenizer
{
    public void Apply(PieceList pieces)
    {
        foreach (IPreTokenizer part in parts)
            part.Apply(pieces);
    }
}
