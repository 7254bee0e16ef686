using System.Text.Json;
using Xunit;

namespace TokenFactory.Models.Tests.ChatTemplates;

/// <summary>Small checks of the template language, one feature each.</summary>
public sealed class EngineCheckTests
{
    private const string Checks = "engine-checks.json";

    public static TheoryData<int, string> Cases =>
        TemplateCases.Rows(Checks, static e => $"{e.GetProperty("group").GetString()}: {e.GetProperty("name").GetString()}");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Render_EngineCheck_TextIsExact(int index, string name)
    {
        Assert.NotEmpty(name);
        JsonElement element = TemplateCases.Get(Checks, index);
        string text = Templates.Render(element.GetProperty("template").GetString()!, element.GetProperty("context").GetRawText());
        Assert.Equal(element.GetProperty("expected").GetString(), text);
    }
}
