using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;

namespace TokenFactory.Web.Playground.Conversations;

/// <summary>Turns what a person wrote into prompt tokens.</summary>
internal static class PromptEncoder
{
    /// <summary>The rendered template writes its special tokens itself, as text.</summary>
    /// <exception cref="ChatTemplateRejectedException">The model has no template, or it refuses the conversation.</exception>
    public static int[] EncodeChat(ServedModel model, Conversation conversation, string system)
    {
        IChatTemplate template = model.ChatTemplate
            ?? throw new ChatTemplateRejectedException($"{model.Name} has no chat template. Switch to completion.");
        string prompt = template.Render(new ChatPrompt(conversation.ToMessages(system)));
        return model.Tokenizer.Encode(prompt, addSpecialTokens: false, parseSpecialTokens: true);
    }

    /// <summary>The text of a special token means that token, as in the API's completions.</summary>
    public static int[] EncodeText(ServedModel model, string text) =>
        model.Tokenizer.Encode(text, addSpecialTokens: true, parseSpecialTokens: true);
}
