using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace TokenFactory.Models.Tokenization.Bpe;

/// <summary>What a BPE model is made of, as <c>tokenizer.json</c> spells it.</summary>
/// <param name="Vocabulary">The model's own pieces, without the added tokens.</param>
/// <param name="Merges">Rank and result of each pair of ids.</param>
/// <param name="ByteFallback">
/// Per byte the id of its piece (<c>&lt;0x0A&gt;</c>), -1 where there is none; null where bytes do not stand in.
/// </param>
/// <param name="UnknownId">The id for a character that has no piece; null drops such a character.</param>
/// <param name="FuseUnknown">Neighbouring unknown characters make one token.</param>
/// <param name="IgnoreMerges">A piece that is in the vocabulary as a whole is taken without merging.</param>
/// <param name="MergesCrossWords">False where no merge joins a blank symbol (U+2581) to something before it other than a blank.</param>
internal sealed record BpeParts(
    Dictionary<string, int> Vocabulary,
    MergeTable Merges,
    int[]? ByteFallback,
    int? UnknownId,
    bool FuseUnknown,
    bool IgnoreMerges,
    bool MergesCrossWords);

/// <summary>Byte-pair encoding of one pre-tokenized piece into ids. Immutable but for its cache; safe for any number of threads.</summary>
internal sealed class BpeModel
{
    private const char Blank = '\u2581';
    private const int DirectCodePoints = 0x3000;
    private const int None = -1;
    private const int SymbolsOnStack = 256;

    private readonly BpeParts _parts;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _pieces;
    private readonly int[] _direct = new int[DirectCodePoints];
    private readonly PieceCache _cache = new();
    private readonly bool _splitsAtBlanks;

    public BpeModel(BpeParts parts)
    {
        _parts = parts;
        _pieces = parts.Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int codePoint = 0; codePoint < DirectCodePoints; codePoint++)
            _direct[codePoint] = parts.Vocabulary.GetValueOrDefault(((char)codePoint).ToString(), None);
        _splitsAtBlanks = !parts.MergesCrossWords && !parts.IgnoreMerges && _direct[Blank] != None;
    }

    /// <summary>Appends the ids of <paramref name="piece"/>, which holds no lone surrogates.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (!_splitsAtBlanks)
        {
            EncodeWord(piece, ids);
            return;
        }
        // No merge crosses from a word into the blank after it, so the words merge apart exactly as they would together.
        while (!piece.IsEmpty)
        {
            int blanks = piece.IndexOfAnyExcept(Blank);
            int length = blanks < 0 ? -1 : piece[blanks..].IndexOf(Blank);
            int end = length < 0 ? piece.Length : blanks + length;
            EncodeWord(piece[..end], ids);
            piece = piece[end..];
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.IsEmpty)
            return;
        if (word.Length > PieceCache.LongestPiece)
        {
            Merge(word, ids);
        }
        else if (_cache.TryGet(word, out ReadOnlySpan<int> known))
        {
            ids.AddRange(known);
        }
        else
        {
            int from = ids.Count;
            Merge(word, ids);
            _cache.Set(word, CollectionsMarshal.AsSpan(ids)[from..]);
        }
    }

    private void Merge(ReadOnlySpan<char> word, List<int> ids)
    {
        if (_parts.IgnoreMerges && _pieces.TryGetValue(word, out int whole))
        {
            ids.Add(whole);
            return;
        }
        // A UTF-16 unit stands for at most three bytes, hence for at most three symbols.
        int most = 3 * word.Length;
        int[]? rented = most > SymbolsOnStack ? ArrayPool<int>.Shared.Rent(most) : null;
        Span<int> symbols = rented ?? stackalloc int[SymbolsOnStack];
        int count = ReadSymbols(word, symbols);
        count = SymbolMerger.Merge(symbols[..count], _parts.Merges);
        ids.AddRange(symbols[..count]);
        if (rented is not null)
            ArrayPool<int>.Shared.Return(rented);
    }

    /// <summary>The id of each character, of its bytes, or the unknown id, which waits so that a run of unknowns can fuse.</summary>
    private int ReadSymbols(ReadOnlySpan<char> word, Span<int> symbols)
    {
        int count = 0;
        bool unknownWaits = false;
        while (!word.IsEmpty)
        {
            Rune.DecodeFromUtf16(word, out Rune rune, out int length);
            int id = Find(rune, word[..length]);
            word = word[length..];
            if (id == None && TryReadBytes(rune, symbols, ref count))
                continue;
            bool fuses = id == None && _parts.FuseUnknown;
            if (unknownWaits && !fuses)
            {
                symbols[count++] = _parts.UnknownId!.Value;
                unknownWaits = false;
            }
            if (id != None)
                symbols[count++] = id;
            else
                unknownWaits = _parts.UnknownId is not null;
        }
        if (unknownWaits)
            symbols[count++] = _parts.UnknownId!.Value;
        return count;
    }

    private int Find(Rune rune, ReadOnlySpan<char> character)
    {
        if (rune.Value < DirectCodePoints)
            return _direct[rune.Value];
        return _pieces.TryGetValue(character, out int id) ? id : None;
    }

    private bool TryReadBytes(Rune rune, Span<int> symbols, ref int count)
    {
        if (_parts.ByteFallback is not { } fallback)
            return false;
        Span<byte> utf8 = stackalloc byte[4];
        utf8 = utf8[..rune.EncodeToUtf8(utf8)];
        foreach (byte one in utf8)
        {
            if (fallback[one] == None)
                return false;
        }
        foreach (byte one in utf8)
            symbols[count++] = fallback[one];
        return true;
    }
}
