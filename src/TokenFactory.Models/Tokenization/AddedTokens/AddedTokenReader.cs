using TokenFactory.Models.Tokenization.Reading;

namespace TokenFactory.Models.Tokenization.AddedTokens;

/// <summary>Reads the field <c>added_tokens</c>.</summary>
internal static class AddedTokenReader
{
    /// <param name="field">The field <c>added_tokens</c>.</param>
    /// <param name="configured">The texts that the tokenizer's configuration names as begin, end and the like: control tokens all.</param>
    public static IReadOnlyList<AddedToken> Read(JsonField field, IReadOnlySet<string> configured)
    {
        List<AddedToken> tokens = [];
        if (!field.IsPresent)
            return tokens;
        Dictionary<int, string> owners = [];
        foreach (JsonField item in field.Items())
        {
            AddedToken token = ReadToken(item, configured);
            if (token.Content.Length == 0)
                continue;
            if (!owners.TryAdd(token.Id, token.Content))
                throw item["id"].Error($"the id {token.Id} of '{token.Content}' is that of '{owners[token.Id]}' too");
            tokens.Add(token);
        }
        return tokens;
    }

    /// <summary>Holds the tokens against the model's vocabulary: the same text must have the same id, and another text another.</summary>
    public static void Check(JsonField field, IReadOnlyList<AddedToken> tokens, Dictionary<string, int> vocabulary)
    {
        Dictionary<int, string> owners = vocabulary.ToDictionary(entry => entry.Value, entry => entry.Key);
        foreach (AddedToken token in tokens)
        {
            if (vocabulary.TryGetValue(token.Content, out int id) && id != token.Id)
                throw field.Error($"gives '{token.Content}' the id {token.Id}, but model.vocab gives it {id}");
            if (owners.TryGetValue(token.Id, out string? owner) && owner != token.Content)
                throw field.Error($"gives '{token.Content}' the id {token.Id}, which model.vocab gives to '{owner}'");
        }
    }

    private static AddedToken ReadToken(JsonField item, IReadOnlySet<string> configured)
    {
        string content = item["content"].Text();
        bool special = item["special"].Flag(false);
        return new AddedToken(
            item["id"].Integer(Vocabulary.MostId),
            content,
            item["single_word"].Flag(false),
            item["lstrip"].Flag(false),
            item["rstrip"].Flag(false),
            item["normalized"].Flag(!special),
            special,
            special || configured.Contains(content));
    }
}
