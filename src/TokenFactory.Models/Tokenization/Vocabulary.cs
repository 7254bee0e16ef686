using System.Text;
using TokenFactory.Models.Tokenization.AddedTokens;

namespace TokenFactory.Models.Tokenization;

/// <summary>
/// Every piece a tokenizer knows, by text and by id: those of the model and the added ones, which may lie over or beyond them.
/// Ids may have gaps. Immutable once read.
/// </summary>
internal sealed class Vocabulary
{
    /// <summary>
    /// The highest id that is read: far above any real vocabulary, low enough that an absurd id allocates nothing absurd.
    /// </summary>
    public const int MostId = (1 << 22) - 1;

    private readonly Dictionary<string, int> _model;
    private readonly Dictionary<string, int> _added = new(StringComparer.Ordinal);
    private readonly string?[] _pieces;
    private readonly bool[] _special;

    /// <summary>
    /// Joins the model's pieces, which must have distinct ids from 0 to <see cref="MostId"/>, and the added tokens, each of which must
    /// have the model's id for its text or an id of its own.
    /// </summary>
    public Vocabulary(Dictionary<string, int> model, IReadOnlyList<AddedToken> added)
    {
        _model = model;
        int size = model.Values.Concat(added.Select(token => token.Id)).DefaultIfEmpty(-1).Max() + 1;
        _pieces = new string?[size];
        _special = new bool[size];
        foreach ((string piece, int id) in model)
            _pieces[id] = piece;
        foreach (AddedToken token in added)
        {
            _pieces[token.Id] = token.Content;
            _added[token.Content] = token.Id;
            _special[token.Id] |= token.Special;
        }
    }

    /// <summary>One more than the highest id.</summary>
    public int Size => _pieces.Length;

    public bool TryGetId(string piece, out int id) => _added.TryGetValue(piece, out id) || _model.TryGetValue(piece, out id);

    /// <summary>The piece as the file spells it, or null where no piece has this id.</summary>
    public string? Piece(int id) => (uint)id < (uint)_pieces.Length ? _pieces[id] : null;

    /// <summary>The UTF-8 of <see cref="Piece"/>, made anew; null where no piece has this id.</summary>
    public byte[]? Utf8(int id) => Piece(id) is { } piece ? Encoding.UTF8.GetBytes(piece) : null;

    public bool IsSpecial(int id) => (uint)id < (uint)_special.Length && _special[id];
}
