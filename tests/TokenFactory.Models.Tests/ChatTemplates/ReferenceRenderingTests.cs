using System.Text.Json;
using TokenFactory.Models.ChatTemplates;
using Xunit;

namespace TokenFactory.Models.Tests.ChatTemplates;

/// <summary>Real models' templates against texts of the reference engine.</summary>
public sealed class ReferenceRenderingTests
{
    private const string Short = "renderings.json";
    private const string Reference = "renderings-reference.json";

    public static TheoryData<int, string> ShortCases => TemplateCases.Rows(Short, static e => e.GetProperty("name").GetString()!);

    public static TheoryData<int, string> ReferenceCases =>
        TemplateCases.Rows(Reference, static e => $"{e.GetProperty("template").GetString()}: {e.GetProperty("case").GetString()}");

    [Theory]
    [MemberData(nameof(ShortCases))]
    public void Render_ShortTemplate_TextIsExact(int index, string name) => Check(TemplateCases.Get(Short, index), name);

    [Theory]
    [MemberData(nameof(ReferenceCases))]
    public void Render_ModelTemplate_TextIsExact(int index, string name) => Check(TemplateCases.Get(Reference, index), name);

    private static void Check(JsonElement element, string name)
    {
        Assert.NotEmpty(name);
        ChatTemplate template = TemplateCases.Template(element);
        ChatTemplateInput input = TemplateCases.Input(element);
        if (element.TryGetProperty("expected_error", out JsonElement error))
        {
            ChatTemplateRaisedException raised = Assert.Throws<ChatTemplateRaisedException>(() => template.Render(input));
            Assert.Equal(error.GetString(), raised.Detail);
            Assert.NotNull(raised.Line);
            return;
        }
        Assert.Equal(element.GetProperty("expected").GetString(), template.Render(input));
    }
}
