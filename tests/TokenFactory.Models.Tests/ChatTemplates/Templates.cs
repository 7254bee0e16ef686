using System.Text.Json;
using TokenFactory.Models.ChatTemplates;
using Xunit;

namespace TokenFactory.Models.Tests.ChatTemplates;

/// <summary>Renders small templates with variables given as JSON.</summary>
internal static class Templates
{
    public static ChatTemplateInput Input(string variables = "{}") => new()
    {
        Messages = TemplateValue.List(),
        Variables = JsonDocument.Parse(variables).RootElement.EnumerateObject()
            .ToDictionary(property => property.Name, property => TemplateValue.FromJson(property.Value)),
    };

    public static string Render(string source, string variables = "{}", ChatTemplateLimits? limits = null) =>
        ChatTemplate.Parse(source, limits: limits).Render(Input(variables));

    public static ChatTemplateException Fails(string source, string variables = "{}") =>
        Assert.Throws<ChatTemplateException>(() => Render(source, variables));

    public static ChatTemplateSyntaxException FailsToParse(string source) =>
        Assert.Throws<ChatTemplateSyntaxException>(() => ChatTemplate.Parse(source));
}
