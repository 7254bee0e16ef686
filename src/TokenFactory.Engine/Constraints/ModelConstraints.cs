using System.Text.Json;
using TokenFactory.Engine.Constraints.JsonSchemas;
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
    private const int MostKept = 64;

    private readonly Lazy<ConstraintVocabulary> _vocabulary = new(() => ConstraintVocabulary.Create(tokenizer, endTokens, vocabularySize));
    private readonly Lock _lock = new();
    private readonly LinkedList<(ConstraintSource Source, TokenConstraint Constraint)> _kept = [];
    private readonly Dictionary<ConstraintSource, LinkedListNode<(ConstraintSource Source, TokenConstraint Constraint)>> _bySource = [];

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
        lock (_lock)
        {
            if (_bySource.TryGetValue(source, out LinkedListNode<(ConstraintSource, TokenConstraint Constraint)>? other))
            {
                return other.Value.Constraint;
            }
            _bySource.Add(source, _kept.AddFirst((source, made)));
            if (_kept.Count > MostKept)
            {
                _bySource.Remove(_kept.Last!.Value.Source);
                _kept.RemoveLast();
            }
        }
        return made;
    }

    private TokenConstraint Compile(ConstraintSource source, CancellationToken cancellation) => source.Language switch
    {
        ConstraintLanguage.JsonObject => TokenConstraint.JsonObject(_vocabulary.Value, cancellation: cancellation),
        ConstraintLanguage.JsonSchema => FromSchema(source.Text, cancellation),
        ConstraintLanguage.Regex => TokenConstraint.FromRegex(source.Text, _vocabulary.Value, cancellation: cancellation),
        _ => TokenConstraint.FromGrammar(source.Text, _vocabulary.Value, cancellation: cancellation),
    };

    private TokenConstraint FromSchema(string text, CancellationToken cancellation)
    {
        JsonDocumentOptions options = new() { MaxDepth = new JsonSchemaOptions().Limits.MostNesting * 4 };
        try
        {
            using JsonDocument schema = JsonDocument.Parse(text, options);
            return TokenConstraint.FromJsonSchema(schema.RootElement, _vocabulary.Value, cancellation: cancellation);
        }
        catch (JsonException malformed)
        {
            throw new ConstraintException("", $"it is not JSON, or nests too deep: {malformed.Message}");
        }
    }
}
