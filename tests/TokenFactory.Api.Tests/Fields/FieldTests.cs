using System.Net;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Api.Tests.Fields;

/// <summary>Every field of OpenAI's description is listed, the list is what the server does, and <c>docs/api.md</c> says so.</summary>
public sealed class FieldTests
{
    private const string ChatBase = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
    private const string CompletionBase = "\"prompt\":\"x\"";

    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach ((string path, IEnumerable<FieldEntry> fields) in new[] { ("/v1/chat/completions", FieldCatalog.Chat.Concat(FieldCatalog.Beyond)), ("/v1/completions", FieldCatalog.Completions) })
            {
                foreach (FieldEntry entry in fields)
                {
                    cases.Add(path, entry.Name);
                }
            }
            return cases;
        }
    }

    [Theory]
    [InlineData("CreateChatCompletionRequest")]
    [InlineData("CreateCompletionRequest")]
    public void Catalog_NamesEveryFieldOfTheDescription(string schema)
    {
        IReadOnlyList<FieldEntry> listed = schema == "CreateCompletionRequest" ? FieldCatalog.Completions : FieldCatalog.Chat;

        Assert.Equal(SpecFields.Of(schema).Order(StringComparer.Ordinal), listed.Select(field => field.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Post_Field_IsTreatedAsListed(string path, string name)
    {
        bool isChat = path == "/v1/chat/completions";
        FieldEntry field = (isChat ? FieldCatalog.Chat.Concat(FieldCatalog.Beyond) : FieldCatalog.Completions).Single(entry => entry.Name == name);
        string given = $"\"{name}\":{field.Sample}";
        List<string> parts = [given];
        parts.AddRange(new[] { isChat ? ChatBase : CompletionBase, "\"max_tokens\":4" }.Where(part => !part.StartsWith($"\"{name}\"", StringComparison.Ordinal)));
        await using ApiHost host = await ApiHost.StartAsync(dialect: Dialect.Hermes);

        using HttpResponseMessage response = await host.PostJsonAsync(path, $"{{{string.Join(',', parts)}}}");

        if (field.Treatment == Treatment.Refused)
        {
            JsonElement error = await Answers.ReadErrorAsync(response, HttpStatusCode.BadRequest);
            Assert.Equal((name, "unsupported_parameter"), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
            Assert.Contains(name, error.GetProperty("message").GetString());
        }
        else
        {
            string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, body);
        }
    }

    [Fact]
    public async Task Document_IsTheCatalogs()
    {
        string file = Path.Combine(SharedData.RepositoryRoot, "docs", "api.md");
        string wanted = FieldDocument.Write();
        if (Environment.GetEnvironmentVariable("TOKENFACTORY_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, wanted, TestContext.Current.CancellationToken);
        }

        Assert.Equal(wanted, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"));
    }
}
