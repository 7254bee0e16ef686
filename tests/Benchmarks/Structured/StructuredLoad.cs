using System.Diagnostics;
using System.Text.Json;
using TokenFactory.Benchmarks.Budgets;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.Vocabulary;
using TokenFactory.Engine.Text;
using TokenFactory.Models.Tokenization;
using TokenFactory.Tests.Shared;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Benchmarks.Structured;

/// <summary>Qwen3's vocabulary (151,669 tokens), a schema of 4 KB, and a document under it as that model's tokenizer cuts it.</summary>
internal sealed class StructuredLoad
{
    private readonly uint[] _mask;

    private StructuredLoad(ITokenizer tokenizer, ConstraintVocabulary vocabulary, TimeSpan vocabularyTime)
    {
        Vocabulary = vocabulary;
        VocabularyTime = vocabularyTime;
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Structured/order.schema.json")));
        Schema = schema.RootElement.Clone();
        string document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Structured/order.json")).TrimEnd();
        Document = [.. tokenizer.Encode(document, addSpecialTokens: false, parseSpecialTokens: false), vocabulary.EndTokens[0]];
        _mask = new uint[vocabulary.MaskWords];
    }

    public ConstraintVocabulary Vocabulary { get; }

    /// <summary>What building the vocabulary took, once a model.</summary>
    public TimeSpan VocabularyTime { get; }

    public JsonElement Schema { get; }

    /// <summary>The document's tokens and an end token.</summary>
    public int[] Document { get; }

    public static StructuredLoad Create()
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(SharedData.Require("tokenizers/qwen3"));
        TokenizerAdapter adapter = new(tokenizer);
        long start = Stopwatch.GetTimestamp();
        ConstraintVocabulary vocabulary = ConstraintVocabulary.Create(adapter, tokenizer.EosIds);
        return new StructuredLoad(adapter, vocabulary, Stopwatch.GetElapsedTime(start));
    }

    public TokenConstraint Compile() => TokenConstraint.FromJsonSchema(Schema, Vocabulary);

    /// <summary>Generates the document under a constraint; hears of the microseconds of each token's mask.</summary>
    public void Run(TokenConstraint constraint, Action<double>? hear)
    {
        ConstraintState state = constraint.CreateState();
        foreach (int token in Document)
        {
            long start = Stopwatch.GetTimestamp();
            state.FillMask(_mask);
            double mask = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            bool isAllowed = (_mask[token >> 5] >> (token & 31) & 1) == 1;
            if (!state.TryAccept(token) || !isAllowed)
                throw new InvalidOperationException($"Token {token} is not allowed where the document has it.");
            hear?.Invoke(mask);
        }
    }

    /// <summary>Bytes allocated for each token of a document that was generated before.</summary>
    public double MeasureAllocation()
    {
        TokenConstraint constraint = Compile();
        Run(constraint, null);
        ConstraintState start = constraint.CreateState();
        return HotPaths.PerToken(() => Generate(start.Clone()), warmUps: 2, times: 5, Document.Length) - PerDocument(start);
    }

    /// <summary>A document's own state, for each of its tokens.</summary>
    private double PerDocument(ConstraintState start) => HotPaths.PerToken(() => start.Clone(), warmUps: 2, times: 5, Document.Length);

    private void Generate(ConstraintState state)
    {
        foreach (int token in Document)
        {
            state.FillMask(_mask);
            state.TryAccept(token);
        }
    }
}
