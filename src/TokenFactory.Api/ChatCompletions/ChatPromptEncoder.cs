using System.Text;
using System.Text.Json;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Errors;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Turns a conversation into the prompt tokens that its model was trained on.</summary>
internal static class ChatPromptEncoder
{
    // gpt-oss names the channel before each message.
    private const string FinalChannel = "<|channel|>final<|message|>";

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
                $"{form.Field} asks for the whole answer in a form, and tools for calls in it. Leave one of them out, or set tool_choice to none.", form.Field, "unsupported_parameter");
        }
        string text = Render(model, request, use?.Tools);
        bool isReasoningOpen = model.Dialect.Reasoning == ReasoningFormat.Think && text.AsSpan().TrimEnd().EndsWith("<think>", StringComparison.Ordinal);
        string prefill = "";
        if (request.Constraint is not null || use is { Choice: ToolChoice.Required })
        {
            if (isReasoningOpen)
            {
                text += text.EndsWith('\n') ? "</think>\n\n" : "\n</think>\n\n";
                isReasoningOpen = false;
            }
            prefill = use is null ? "" : ForcedCall.Open(model.Dialect.Tools, use.Forced);
        }
        if (request.Constraint is not null)
        {
            // The form is all of the answer: it holds no marks of parts, and begins where the model would say it.
            string begin = model.Dialect.Reasoning == ReasoningFormat.Harmony ? FinalChannel : "";
            return new EncodedChat(
                model.Tokenizer.Encode(text + begin, addSpecialTokens: false, parseSpecialTokens: true), new ReadingPlan(ChatDialect.Plain, null, IsReasoningOpen: false, [], OneCall: false));
        }
        int[] tokens = model.Tokenizer.Encode(text + prefill, addSpecialTokens: false, parseSpecialTokens: true);
        return new EncodedChat(tokens, new ReadingPlan(model.Dialect, use?.Names, isReasoningOpen, Encoding.UTF8.GetBytes(prefill), use?.OneCall ?? false));
    }

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
