using System.Text.Json;
using TokenFactory.Models.Tokenization.AddedTokens;
using TokenFactory.Models.Tokenization.Bpe;
using TokenFactory.Models.Tokenization.Decoders;
using TokenFactory.Models.Tokenization.Normalizers;
using TokenFactory.Models.Tokenization.PreTokenizers;

namespace TokenFactory.Models.Tokenization.Reading;

/// <summary>Everything that a tokenizer is made of, whichever file it came from.</summary>
internal sealed record TokenizerParts(
    string File,
    Vocabulary Vocabulary,
    BpeModel Model,
    IReadOnlyList<AddedToken> AddedTokens,
    INormalizer? Normalizer,
    IPreTokenizer? PreTokenizer,
    SpecialTokenTemplate Template,
    IReadOnlyList<DecoderStep> Decoder);

/// <summary>
/// Reads <c>tokenizer.json</c>, the format of Hugging Face's tokenizers library. Its fields <c>truncation</c> and <c>padding</c> are
/// left unread: what a text is cut or filled to is the caller's business.
/// </summary>
internal static class TokenizerJson
{
    public const string FileName = "tokenizer.json";

    public static TokenizerParts Read(string folder, TokenizerConfig config)
    {
        string file = Path.Combine(folder, FileName);
        JsonField top = JsonField.Open(file, out JsonDocument document);
        using (document)
        {
            if (!top["model"].IsPresent)
                throw top["model"].Error("is missing; a tokenizer needs a vocabulary");
            IReadOnlyList<AddedToken> added = AddedTokenReader.Read(top["added_tokens"], config.Named);
            Dictionary<string, int> addedIds = new(StringComparer.Ordinal);
            foreach (AddedToken token in added)
            {
                if (!addedIds.TryAdd(token.Content, token.Id))
                    throw top["added_tokens"].Error($"has '{token.Content}' twice");
            }
            BpeParts model = BpeModelReader.Read(top["model"], addedIds);
            AddedTokenReader.Check(top["added_tokens"], added, model.Vocabulary);
            return new TokenizerParts(
                file,
                new Vocabulary(model.Vocabulary, added),
                new BpeModel(model),
                added,
                NormalizerReader.Read(top["normalizer"]),
                PreTokenizerReader.Read(top["pre_tokenizer"]),
                SpecialTokenTemplate.Read(top["post_processor"]),
                DecoderReader.Read(top["decoder"]));
        }
    }
}
