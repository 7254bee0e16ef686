using System.Text.Json;
using TokenFactory.Engine.Text;
using TokenFactory.Models.ChatTemplates;

namespace TokenFactory.Web.Hosting;

/// <summary>A model folder's chat templates as the engine knows one.</summary>
internal sealed class ChatTemplateAdapter(ChatTemplateSet templates) : IChatTemplate
{
    /// <summary>The folder's template, or null where it has none.</summary>
    public static ChatTemplateAdapter? Load(string folder) =>
        ChatTemplateLoader.Load(folder) is { } templates ? new ChatTemplateAdapter(templates) : null;

    /// <summary>The dialect that the templates show.</summary>
    public ChatDialect Dialect { get; } = ChatDialect.Of(string.Join('\n', templates.Templates.Values.Select(template => template.Source)));

    public string Render(ChatPrompt prompt)
    {
        try
        {
            return templates.Render(new ChatTemplateInput
            {
                Messages = TemplateValue.FromJson(prompt.Messages),
                Tools = prompt.Tools is { } tools ? TemplateValue.FromJson(tools) : null,
                AddGenerationPrompt = prompt.AddGenerationPrompt,
                Variables = ToVariables(prompt.Extra),
            });
        }
        catch (ChatTemplateRaisedException refusal)
        {
            throw new ChatTemplateRejectedException($"The model's chat template refuses this conversation: {refusal.Detail}", refusal);
        }
        catch (ChatTemplateException failure)
        {
            throw new ChatTemplateRejectedException($"The model's chat template fails on this conversation: {failure.Message}", failure);
        }
    }

    private static Dictionary<string, TemplateValue> ToVariables(IReadOnlyDictionary<string, JsonElement>? extra)
    {
        Dictionary<string, TemplateValue> variables = [];
        foreach ((string name, JsonElement value) in extra ?? new Dictionary<string, JsonElement>())
        {
            variables[name] = TemplateValue.FromJson(value);
        }
        return variables;
    }
}
