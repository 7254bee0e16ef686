using System.Text.Json;
using TokenFactory.Engine.Constraints.JsonSchemas;
using TokenFactory.Engine.Constraints.ToolCalls;
using TokenFactory.Engine.Constraints.Vocabulary;
using TokenFactory.Engine.Text;

namespace TokenFactory.Engine.Constraints;

/// <summary>In which language a constraint is written.</summary>
public enum ConstraintLanguage
{
    /// <summary>Any JSON object; there is no text.</summary>
    JsonObject,
    JsonSchema,
    Regex,

    /// <summary>A grammar whose rule <c>root</c> is the text's.</summary>
    Grammar,

    /// <summary>Free text whose calls of tools are of a form, as <see cref="CallForm"/> writes it.</summary>
    ToolCalls,
}

/// <summary>A constraint as it was asked for.</summary>
public readonly record struct ConstraintSource(ConstraintLanguage Language, string Text);

/// <summary>
/// Constraints compiled for one model's vocabulary. Those met last are kept, with the masks that they have made, so that a client that asks for
/// the same form again pays once. Safe for several threads.
/// </summary>
/// <param name="tokenizer">The model's.</param>
/// <param name="endTokens">Tokens that end its texts.</param>
/// <param name="vocabularySize">Tokens that it computes logits for.</param>
public sealed class ModelConstraints(ITokenizer tokenizer, IEnumerable<int> endTokens, int vocabularySize)
{
    private const int MostKept = 32;

    // A state takes some dozens of bytes: what is kept stays bounded whatever clients send, masks by the limits of each.
    private const int MostKeptStates = 400_000;

    private static readonly JsonSchemaOptions Options = new() { Limits = ConstraintLimits.Default with { MostMaskBytes = 24 << 20, MostConfigurations = 20_000 } };

    private readonly Lazy<ConstraintVocabulary> _vocabulary = new(() => ConstraintVocabulary.Create(tokenizer, endTokens, vocabularySize));
    // Only answers with calls show special tokens: in any other text their marks match nothing.
    private readonly Lazy<ConstraintVocabulary> _markedVocabulary = new(() => ConstraintVocabulary.Create(tokenizer, endTokens, vocabularySize, CallForm.SpecialMarks));
    private readonly Lock _lock = new();
    private readonly LinkedList<(ConstraintSource Source, TokenConstraint Constraint)> _kept = [];
    private readonly Dictionary<ConstraintSource, LinkedListNode<(ConstraintSource Source, TokenConstraint Constraint)>> _bySource = [];
    private long _keptStates;

    /// <summary>The compiled constraint; compiles where it is not kept, on the caller's thread.</summary>
    /// <exception cref="ConstraintException">It is malformed, not supported, or costs too much.</exception>
    public TokenConstraint Get(ConstraintSource source, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            if (_bySource.TryGetValue(source, out LinkedListNode<(ConstraintSource, TokenConstraint Constraint)>? known))
            {
                _kept.Remove(known);
                _kept.AddFirst(known);
                return known.Value.Constraint;
            }
        }
        TokenConstraint made = Compile(source, cancellation);
        RequireBegin(made);
        lock (_lock)
        {
            if (_bySource.TryGetValue(source, out LinkedListNode<(ConstraintSource, TokenConstraint Constraint)>? other))
            {
                return other.Value.Constraint;
            }
            _bySource.Add(source, _kept.AddFirst((source, made)));
            _keptStates += made.StateCount;
            while (_kept.Count > MostKept || (_keptStates > MostKeptStates && _kept.Count > 1))
            {
                (ConstraintSource oldest, TokenConstraint left) = _kept.Last!.Value;
                _bySource.Remove(oldest);
                _kept.RemoveLast();
                _keptStates -= left.StateCount;
            }
        }
        return made;
    }

    /// <summary>Makes the first mask, and refuses what no token can begin: a request would fail at once.</summary>
    private static void RequireBegin(TokenConstraint constraint)
    {
        ConstraintState state = constraint.CreateState();
        if (!state.FillMask(new uint[constraint.Vocabulary.MaskWords]) && !state.IsComplete)
        {
            throw new ConstraintException("", "no token of this model can begin it; ask for another form, or another model");
        }
    }

    private TokenConstraint Compile(ConstraintSource source, CancellationToken cancellation) => source.Language switch
    {
        ConstraintLanguage.JsonObject => TokenConstraint.JsonObject(_vocabulary.Value, Options, cancellation),
        ConstraintLanguage.JsonSchema => FromJson(source.Text, schema => TokenConstraint.FromJsonSchema(schema, _vocabulary.Value, Options, cancellation)),
        ConstraintLanguage.Regex => TokenConstraint.FromRegex(source.Text, _vocabulary.Value, Options.Limits, cancellation),
        ConstraintLanguage.ToolCalls => FromJson(source.Text, form => TokenConstraint.FromToolCalls(form, _markedVocabulary.Value, Options, cancellation)),
        _ => TokenConstraint.FromGrammar(source.Text, _vocabulary.Value, Options.Limits, cancellation),
    };

    private static TokenConstraint FromJson(string text, Func<JsonElement, TokenConstraint> compile)
    {
        JsonDocumentOptions options = new() { MaxDepth = Options.Limits.MostNesting * 4 };
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, options);
            return compile(document.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new ConstraintException("", $"it is not JSON, or nests too deep: {malformed.Message}");
        }
    }
}
