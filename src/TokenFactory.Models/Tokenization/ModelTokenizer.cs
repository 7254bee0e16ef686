using System.Buffers;
using System.Text;
using TokenFactory.Models.Tokenization.Decoders;
using TokenFactory.Models.Tokenization.PreTokenizers;
using TokenFactory.Models.Tokenization.Reading;

namespace TokenFactory.Models.Tokenization;

/// <summary>
/// A model's tokenizer: text to ids and back, id for id as Hugging Face's tokenizers library does it for the same
/// <c>tokenizer.json</c>. Safe for any number of threads.
/// </summary>
public sealed class ModelTokenizer
{
    /// <summary>The expression by which GPT-2 cuts a text into words, for <see cref="LoadTiktoken"/>.</summary>
    public const string Gpt2Pattern = ByteLevelPreTokenizer.Gpt2Pattern;

    private readonly TokenizerParts _parts;
    private readonly TextEncoder _encoder;
    private readonly TokenDecoder _decoder;

    private ModelTokenizer(TokenizerParts parts, TokenizerConfig config, string configFile)
    {
        _parts = parts;
        _encoder = new TextEncoder(parts);
        _decoder = new TokenDecoder(parts.Decoder, parts.Vocabulary);
        BosId = RequiredId(config.Begin, "bos_token", configFile);
        EosIds = RequiredId(config.End, "eos_token", configFile) is int end ? [end] : [];
        UnknownId = IdOrNull(config.Unknown);
        PaddingId = IdOrNull(config.Padding);
    }

    /// <summary>One more than the highest id; ids below it may have gaps.</summary>
    public int VocabularySize => _parts.Vocabulary.Size;

    /// <summary>The id of <c>bos_token</c> in <c>tokenizer_config.json</c>, null where it names none.</summary>
    public int? BosId { get; }

    /// <summary>The id of <c>eos_token</c> in <c>tokenizer_config.json</c>; <c>generation_config.json</c> may know more.</summary>
    public IReadOnlyList<int> EosIds { get; }

    /// <summary>The id of <c>unk_token</c> in <c>tokenizer_config.json</c>, null where it names none that the vocabulary has.</summary>
    public int? UnknownId { get; }

    /// <summary>The id of <c>pad_token</c> in <c>tokenizer_config.json</c>, null where it names none that the vocabulary has.</summary>
    public int? PaddingId { get; }

    /// <summary>Reads <c>tokenizer.json</c> and, where there is one, <c>tokenizer_config.json</c> of a model folder.</summary>
    /// <exception cref="TokenizerFormatException">A file is missing, malformed, or asks for what is not supported.</exception>
    public static ModelTokenizer Load(string folder)
    {
        TokenizerConfig config = TokenizerConfig.Read(folder);
        return new ModelTokenizer(TokenizerJson.Read(folder, config), config, Path.Combine(folder, TokenizerConfig.FileName));
    }

    /// <summary>Reads a <c>*.tiktoken</c> file of ranks, which says neither how words are cut nor what the special tokens are.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="pattern">The expression that cuts words, such as <see cref="Gpt2Pattern"/>.</param>
    /// <param name="specialTokens">The special tokens and their ids, none of them an id in the file.</param>
    /// <exception cref="TokenizerFormatException">The file is missing or malformed, or a special token's id is taken.</exception>
    public static ModelTokenizer LoadTiktoken(string file, string pattern, IReadOnlyDictionary<string, int> specialTokens) =>
        new(TiktokenRanks.Read(file, pattern, specialTokens), TokenizerConfig.Empty, file);

    /// <summary>The id of a piece as the file spells it (a space may be <c>Ġ</c> or <c>▁</c>).</summary>
    public bool TryGetId(string token, out int id) => _parts.Vocabulary.TryGetId(token, out id);

    /// <summary>The piece as the file spells it; an empty text for an id in a gap.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or not below <see cref="VocabularySize"/>.</exception>
    public string GetPiece(int id)
    {
        ThrowIfOutside(id);
        return _parts.Vocabulary.Piece(id) ?? "";
    }

    /// <summary>True for a token that decoding leaves out when asked to skip special tokens; false for any unknown id.</summary>
    public bool IsSpecial(int id) => _parts.Vocabulary.IsSpecial(id);

    /// <summary>
    /// The bytes a token stands for wherever it stands: UTF-8 or, for a byte-level token, perhaps part of a character. Empty for an id
    /// in a gap. These are the <c>bytes</c> of OpenAI's logprobs.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or not below <see cref="VocabularySize"/>.</exception>
    public ReadOnlySpan<byte> GetTokenBytes(int id)
    {
        ThrowIfOutside(id);
        return _decoder.Bytes[id];
    }

    /// <summary>The ids of a text. A lone surrogate counts as U+FFFD.</summary>
    /// <param name="text">Any text, also an empty one.</param>
    /// <param name="addSpecialTokens">Puts before and after it what the post-processor says, such as a begin token.</param>
    /// <param name="parseSpecialTokens">
    /// True where the text of a special token makes that token, as in a rendered chat template. False for what a user typed: there it
    /// is ordinary text, and so is the text of the tokens that <c>tokenizer_config.json</c> names, special or not.
    /// </param>
    /// <exception cref="TokenizerFormatException">A regular expression of the file takes more than three seconds on this text.</exception>
    public int[] Encode(string text, bool addSpecialTokens, bool parseSpecialTokens = true) =>
        [.. EncodeToList(text, addSpecialTokens, parseSpecialTokens)];

    /// <inheritdoc cref="Encode(string, bool, bool)"/>
    public int[] Encode(ReadOnlySpan<char> text, bool addSpecialTokens, bool parseSpecialTokens = true) =>
        Encode(text.ToString(), addSpecialTokens, parseSpecialTokens);

    /// <summary>How many ids <see cref="Encode(string, bool, bool)"/> would return.</summary>
    public int CountTokens(string text, bool addSpecialTokens, bool parseSpecialTokens = true) =>
        EncodeToList(text, addSpecialTokens, parseSpecialTokens).Count;

    /// <summary>
    /// The text of ids. Ids that no piece has are left out. What <c>clean_up_tokenization_spaces</c> asks for is not done: it cannot
    /// be taken back, so it would make streamed and whole text differ.
    /// </summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        ArrayBufferWriter<byte> utf8 = new(Math.Max(16, 4 * ids.Length));
        StreamingDecoder decoder = CreateStreamingDecoder(skipSpecialTokens);
        foreach (int id in ids)
            decoder.Append(id, utf8);
        decoder.Flush(utf8);
        return Encoding.UTF8.GetString(utf8.WrittenSpan);
    }

    /// <summary>A decoder for one generated sequence, at the beginning of a text.</summary>
    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = true) => new(_decoder, skipSpecialTokens);

    private List<int> EncodeToList(string text, bool addSpecialTokens, bool parseSpecialTokens)
    {
        List<int> ids = new((text.Length / 3) + 8);
        if (addSpecialTokens)
            ids.AddRange(_parts.Template.Before);
        _encoder.Encode(text, parseSpecialTokens, ids);
        if (addSpecialTokens)
            ids.AddRange(_parts.Template.After);
        return ids;
    }

    private int? IdOrNull(string? token) => token is not null && TryGetId(token, out int id) ? id : null;

    private int? RequiredId(string? token, string field, string configFile) => token is null
        ? null
        : IdOrNull(token) ?? throw new TokenizerFormatException(configFile, field, $"names '{token}', which is not in the vocabulary");

    private void ThrowIfOutside(int id) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)VocabularySize, nameof(id));
}
