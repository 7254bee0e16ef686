namespace TokenFactory.Models.Tokenization.Reading;

/// <summary>The ids that a post-processor puts before and after a text.</summary>
internal sealed record SpecialTokenTemplate(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    public static SpecialTokenTemplate None { get; } = new([], []);

    /// <summary>Reads the field <c>post_processor</c>.</summary>
    public static SpecialTokenTemplate Read(JsonField field)
    {
        if (!field.IsPresent)
            return None;
        return field["type"].Text() switch
        {
            "TemplateProcessing" => ReadSingle(field),
            // It only trims offsets, which are not kept here.
            "ByteLevel" => None,
            "Sequence" => field["processors"].Items().Select(Read).Aggregate(None, Wrap),
            string other => throw field["type"].Error($"the post-processor '{other}' is not supported"),
        };
    }

    private static SpecialTokenTemplate Wrap(SpecialTokenTemplate inner, SpecialTokenTemplate outer) =>
        new([.. outer.Before, .. inner.Before], [.. inner.After, .. outer.After]);

    private static SpecialTokenTemplate ReadSingle(JsonField field)
    {
        List<int> before = [], after = [];
        bool sequenceSeen = false;
        foreach (JsonField part in field["single"].Items())
        {
            if (part["SpecialToken"].IsPresent)
            {
                (sequenceSeen ? after : before).AddRange(ReadIds(part["SpecialToken"]["id"], field["special_tokens"]));
            }
            else
            {
                if (sequenceSeen || part["Sequence"]["id"].Text() != "A")
                    throw part.Error("must be the one sequence A of a template for single texts");
                sequenceSeen = true;
            }
        }
        return sequenceSeen ? new SpecialTokenTemplate(before, after) : throw field["single"].Error("has no sequence A");
    }

    private static IEnumerable<int> ReadIds(JsonField name, JsonField specialTokens)
    {
        JsonField entry = specialTokens[name.Text()];
        return entry.IsPresent
            ? entry["ids"].Items().Select(id => id.Integer(Vocabulary.MostId))
            : throw name.Error($"'{name.Text()}' is not in special_tokens");
    }
}
