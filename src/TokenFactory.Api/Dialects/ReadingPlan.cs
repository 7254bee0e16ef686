using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>How the answers to one prompt are to be read.</summary>
/// <param name="Dialect">The model's conventions.</param>
/// <param name="Tools">The names of the tools that were offered; null where none may be called.</param>
/// <param name="IsReasoningOpen">Whether the prompt ends within the reasoning.</param>
/// <param name="Prefill">What the prompt ends with that belongs to the answer; empty for nothing.</param>
/// <param name="OneCall">Whether only the first call of an answer is wanted.</param>
internal sealed record ReadingPlan(ChatDialect Dialect, IReadOnlySet<string>? Tools, bool IsReasoningOpen, byte[] Prefill, bool OneCall)
{
    /// <summary>All of an answer is its text.</summary>
    public static ReadingPlan Plain { get; } = new(ChatDialect.Plain, Tools: null, IsReasoningOpen: false, Prefill: [], OneCall: false);

    /// <summary>Whether answers are text and nothing else, so that no reader is needed.</summary>
    public bool IsPlain => Tools is null && Dialect.Reasoning == ReasoningFormat.None;

    /// <summary>Whether a reader needs to see special tokens.</summary>
    public bool ShowsSpecialTokens => Dialect.Reasoning == ReasoningFormat.Harmony || (Tools is not null && Dialect.MarksWithSpecialTokens);

    /// <summary>A reader for one answer, which passes the parts on to <paramref name="sink"/>.</summary>
    public AnswerReader CreateReader(IAnswerSink sink) => new(CreateParser(OneCall ? new FirstCallOnly(sink) : sink), Prefill);

    private AnswerParser CreateParser(IAnswerSink sink)
    {
        if (Dialect.Reasoning == ReasoningFormat.Harmony || (Tools is not null && Dialect.Tools == ToolFormat.Harmony))
        {
            return new HarmonyParser(sink, Tools is not null);
        }
        AnswerParser answer = CreateToolParser(sink);
        return Dialect.Reasoning == ReasoningFormat.Think ? new ThinkParser(sink, answer, IsReasoningOpen) : answer;
    }

    private AnswerParser CreateToolParser(IAnswerSink sink) => (Tools, Dialect.Tools) switch
    {
        (null, _) => new ContentParser(sink),
        (_, ToolFormat.Hermes) => new HermesParser(sink),
        (_, ToolFormat.Llama) => new LlamaParser(sink, Tools),
        (_, ToolFormat.MistralList or ToolFormat.MistralNamed) => new MistralParser(sink),
        _ => new ContentParser(sink),
    };
}
