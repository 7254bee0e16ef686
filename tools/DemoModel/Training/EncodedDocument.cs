using TokenFactory.DemoModel.Corpus;
using TokenFactory.DemoModel.Tokenization;

namespace TokenFactory.DemoModel.Training;

/// <summary>A document as token ids; <paramref name="Learned"/>[i] says whether the model is trained to predict token i.</summary>
internal sealed record EncodedDocument(int[] Ids, bool[] Learned)
{
    public static EncodedDocument Encode(Document document, BpeTokenizer tokenizer)
    {
        var ids = new List<int>();
        var learned = new List<bool>();
        foreach (Span span in document.Spans)
        {
            List<int> part = tokenizer.Encode(span.Text);
            ids.AddRange(part);
            learned.AddRange(Enumerable.Repeat(span.Learned, part.Count));
        }
        return new EncodedDocument([.. ids], [.. learned]);
    }
}
