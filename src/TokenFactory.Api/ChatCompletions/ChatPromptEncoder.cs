using System.Text;
using System.Text.Json;
using TokenFactory.Api.Constraints;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Turns a conversation into the prompt tokens that its model was trained on.</summary>
internal static class ChatPromptEncoder
{
    /// <summary>
    /// The rendered template as tokens, and how to read what follows. The template writes the begin token itself, so none is added. The
    /// text of special tokens means those tokens, also where a message holds it: templates mix both kinds of text, and peers read them
    /// alike.
    /// </summary>
    /// <exception cref="ApiException">The model has no template or no tools, or its template refuses the conversation.</exception>
    public static EncodedChat Encode(ServedModel model, ChatCompletionRequest request)
    {
        ToolUse? use = request.ToolUse is { Choice: not ToolChoice.None } offered ? offered : null;
        if (use is not null && model.Dialect.Tools == ToolFormat.None)
        {
            throw ApiException.Invalid(
                $"tools cannot be used with {model.Name}: it writes calls in no form that this server reads. Leave tools out.", "tools", "tools_not_supported");
        }
        if (use is not null && request.Constraint is { } form)
        {
            throw ApiException.Invalid(
                $"{form.Field} holds the whole answer to a form, so that no tool could be called. Leave it out, or set tool_choice to none.", form.Field, "unsupported_parameter");
        }
        string text = Render(model, request, use?.Tools);
        bool isReasoningOpen = model.Dialect.Reasoning == ReasoningFormat.Think && text.AsSpan().TrimEnd().EndsWith("<think>", StringComparison.Ordinal);
        string prefill = Opening(model.Dialect, use, request);
        AskedConstraint? held = use is { Choice: ToolChoice.Required, Forced: null } ? HeldCalls.Forced(model.Dialect, use.Forms) : use?.Arguments ?? request.Constraint;
        if (isReasoningOpen && (prefill.Length > 0 || held is not null))
        {
            text += text.EndsWith('\n') ? "</think>\n\n" : "\n</think>\n\n";
            isReasoningOpen = false;
        }
        if (use is { Choice: ToolChoice.Auto, HasStrict: true })
        {
            held = HeldCalls.Possible(model.Dialect, isReasoningOpen, use.OneCall, use.Forms);
        }
        int[] tokens = model.Tokenizer.Encode(text + prefill, addSpecialTokens: false, parseSpecialTokens: true);
        // A form is all of the answer: what in it looks like a mark is none.
        ReadingPlan reading = request.Constraint is null
            ? new ReadingPlan(model.Dialect, use?.Names, isReasoningOpen, Encoding.UTF8.GetBytes(prefill), use?.OneCall ?? false)
            : ReadingPlan.Plain;
        return new EncodedChat(tokens, reading, held);
    }

    /// <summary>
    /// How the answer begins, where that is no matter of the model's: with a forced call, or where a form is asked for with the channel
    /// that the form is for, since the form leaves no room for the marks of reasoning.
    /// </summary>
    private static string Opening(ChatDialect dialect, ToolUse? use, ChatCompletionRequest request) => use switch
    {
        { Choice: ToolChoice.Required } => ForcedCall.Open(dialect.Tools, use.Forced),
        null when request.Constraint is not null && dialect.Reasoning == ReasoningFormat.Harmony => "<|channel|>final<|message|>",
        _ => "",
    };

    private static string Render(ServedModel model, ChatCompletionRequest request, JsonElement? tools)
    {
        IChatTemplate template = model.ChatTemplate ?? throw ApiException.Invalid(
            $"{model.Name} has no chat template; use /v1/completions with a prompt instead.", "model", "no_chat_template");
        try
        {
            return template.Render(new ChatPrompt(request.Messages, tools, request.AddGenerationPrompt, request.ChatTemplateKwargs));
        }
        catch (ChatTemplateRejectedException rejected)
        {
            throw ApiException.Invalid($"The chat template of {model.Name} refuses the conversation: {rejected.Message}", "messages", "chat_template_rejected");
        }
    }
}
