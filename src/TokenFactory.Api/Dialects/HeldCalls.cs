using TokenFactory.Api.Constraints;
using TokenFactory.Engine.Constraints.ToolCalls;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// The form that calls are held to where it is the model that writes their names: a tool that was offered, and arguments of its form. Null
/// where a special token stands between name and arguments, which no form can hold: there the model writes both as it will.
/// </summary>
internal static class HeldCalls
{
    /// <summary>What follows <see cref="ForcedCall.Open"/> where the call is one of several tools': the call's object and nothing else.</summary>
    public static AskedConstraint? Forced(ChatDialect dialect, IReadOnlyList<CallableTool> tools) =>
        FormOf("tool_choice", dialect, CallReasoning.None, isForced: true, oneCall: true, tools);

    /// <summary>An answer that may call tools, or not: only what has begun as a call is held.</summary>
    /// <param name="dialect">The model's conventions.</param>
    /// <param name="isReasoningOpen">Whether the prompt ends within the reasoning.</param>
    /// <param name="oneCall">Whether the answer may hold only one call.</param>
    /// <param name="tools">The tools that may be called.</param>
    public static AskedConstraint? Possible(ChatDialect dialect, bool isReasoningOpen, bool oneCall, IReadOnlyList<CallableTool> tools)
    {
        CallReasoning reasoning = dialect.Reasoning != ReasoningFormat.Think ? CallReasoning.None : isReasoningOpen ? CallReasoning.Open : CallReasoning.Possible;
        return dialect.Reasoning == ReasoningFormat.Harmony ? null : FormOf("tools", dialect, reasoning, isForced: false, oneCall, tools);
    }

    private static AskedConstraint? FormOf(string field, ChatDialect dialect, CallReasoning reasoning, bool isForced, bool oneCall, IReadOnlyList<CallableTool> tools) =>
        CallForm.CanHold(dialect.Tools) ? new AskedConstraint(field, field, new CallForm(dialect.Tools, reasoning, isForced, oneCall, tools).ToSource()) : null;
}
