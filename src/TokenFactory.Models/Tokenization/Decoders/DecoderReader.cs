using System.Text;
using TokenFactory.Models.Tokenization.PreTokenizers;
using TokenFactory.Models.Tokenization.Reading;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>Reads the field <c>decoder</c>.</summary>
internal static class DecoderReader
{
    private const int MostStripped = 1024;

    public static IReadOnlyList<DecoderStep> Read(JsonField field)
    {
        if (!field.IsPresent)
            return [new JoinStep()];
        List<DecoderStep> steps = [];
        AddSteps(field, steps);
        return steps;
    }

    private static void AddSteps(JsonField field, List<DecoderStep> steps)
    {
        if (field["type"].Text() == "Sequence")
        {
            foreach (JsonField part in field["decoders"].Items())
                AddSteps(part, steps);
            return;
        }
        if (field["type"].Text() == "ByteLevel")
        {
            if (!steps.All(earlier => earlier.IsPerToken))
                throw field.Error("ByteLevel cannot follow a decoder that looks at more than one token");
            steps.AddRange([new ByteAlphabetStep(), new Utf8RepairStep()]);
            return;
        }
        DecoderStep step = ReadStep(field);
        if (step.ProblemAfterFuse is { } problem && steps.Any(earlier => earlier.Fuses))
            throw field.Error(problem);
        steps.Add(step);
    }

    private static DecoderStep ReadStep(JsonField field) => field["type"].Text() switch
    {
        "ByteFallback" => new ByteFallbackStep(),
        "Fuse" => new FuseStep(),
        "Replace" => ReadReplace(field),
        "Metaspace" => new MetaspaceStep(MetaspaceFields.ReadReplacement(field), MetaspaceFields.ReadScheme(field) != PrependScheme.Never),
        "Strip" => new StripStep(
            ReadCharacter(field["content"]), field["start"].Integer(MostStripped), field["stop"].Integer(MostStripped)),
        string other => throw field["type"].Error($"the decoder '{other}' is not supported"),
    };

    private static ReplaceStep ReadReplace(JsonField field)
    {
        JsonField pattern = field["pattern"];
        if (pattern["Regex"].IsPresent)
            throw pattern.Error("a decoder that replaces by regular expression is not supported");
        string literal = pattern["String"].Text();
        return literal.Length > 0 ? new ReplaceStep(literal, field["content"].Text()) : throw pattern["String"].Error("must not be empty");
    }

    private static Rune ReadCharacter(JsonField field)
    {
        string text = field.Text();
        Rune.DecodeFromUtf16(text, out Rune rune, out int length);
        return length == text.Length && length > 0 ? rune : throw field.Error("must be one character");
    }
}
