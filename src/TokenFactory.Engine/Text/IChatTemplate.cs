using System.Text.Json;

namespace TokenFactory.Engine.Text;

/// <summary>Renders a conversation into the prompt text that a model was trained on. Safe for several threads.</summary>
public interface IChatTemplate
{
    /// <summary>The prompt text, special tokens included as text.</summary>
    /// <exception cref="ChatTemplateRejectedException">The template refuses this conversation, or fails on it.</exception>
    string Render(ChatPrompt prompt);
}

/// <summary>A conversation in the form that chat templates read.</summary>
/// <param name="Messages">A JSON array of objects with <c>role</c> and <c>content</c>, and what else the client sent.</param>
/// <param name="Tools">A JSON array of tool descriptions, or null.</param>
/// <param name="AddGenerationPrompt">Whether the rendering ends where the assistant's answer begins.</param>
/// <param name="Extra">Further variables of the template by name, for instance <c>enable_thinking</c>.</param>
public sealed record ChatPrompt(
    JsonElement Messages, JsonElement? Tools = null, bool AddGenerationPrompt = true, IReadOnlyDictionary<string, JsonElement>? Extra = null);

/// <summary>A conversation that the model's template cannot render; the message is for the client.</summary>
public sealed class ChatTemplateRejectedException(string message, Exception? inner = null) : Exception(message, inner);
