using TokenFactory.Api.Errors;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Turns a conversation into the prompt tokens that its model was trained on.</summary>
internal static class ChatPromptEncoder
{
    /// <summary>
    /// The rendered template as tokens. The template writes the begin token itself, so none is added. The text of special tokens
    /// means those tokens, also where a message holds it: templates mix both kinds of text, and peers read them alike.
    /// </summary>
    /// <exception cref="ApiException">The model has no template, or its template refuses the conversation.</exception>
    public static int[] Encode(ServedModel model, ChatCompletionRequest request)
    {
        IChatTemplate template = model.ChatTemplate ?? throw ApiException.Invalid(
            $"{model.Name} has no chat template; use /v1/completions with a prompt instead.", "model", "no_chat_template");
        ChatPrompt prompt = new(request.Messages, Tools: null, request.AddGenerationPrompt, request.ChatTemplateKwargs);
        try
        {
            return model.Tokenizer.Encode(template.Render(prompt), addSpecialTokens: false, parseSpecialTokens: true);
        }
        catch (ChatTemplateRejectedException rejected)
        {
            throw ApiException.Invalid($"The chat template of {model.Name} refuses the conversation: {rejected.Message}", "messages", "chat_template_rejected");
        }
    }
}
