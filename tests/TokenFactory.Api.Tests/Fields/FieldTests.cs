using System.Net;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Api.Tests.Fields;

/// <summary>Every field of OpenAI's description is listed, the list is what the server does, and <c>docs/api.md</c> says so.</summary>
public sealed class FieldTests
{
    /// <summary>Every field of a path, and what a request to it needs beside one of them.</summary>
    private static readonly Dictionary<string, (FieldEntry[] Fields, string[] Base)> Paths = new()
    {
        ["/v1/chat/completions"] = ([.. FieldCatalog.Chat, .. FieldCatalog.Beyond], ["\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]", "\"max_tokens\":4"]),
        ["/v1/completions"] = ([.. FieldCatalog.Completions], ["\"prompt\":\"x\"", "\"max_tokens\":4"]),
        ["/v1/embeddings"] = ([.. FieldCatalog.Embeddings, .. FieldCatalog.EmbeddingsBeyond], ["\"input\":\"x\""]),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach ((string path, (FieldEntry[] fields, _)) in Paths)
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
    [InlineData("CreateEmbeddingRequest")]
    public void Catalog_NamesEveryFieldOfTheDescription(string schema)
    {
        IReadOnlyList<FieldEntry> listed = schema switch
        {
            "CreateCompletionRequest" => FieldCatalog.Completions,
            "CreateEmbeddingRequest" => FieldCatalog.Embeddings,
            _ => FieldCatalog.Chat,
        };

        Assert.Equal(SpecFields.Of(schema).Order(StringComparer.Ordinal), listed.Select(field => field.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Post_Field_IsTreatedAsListed(string path, string name)
    {
        FieldEntry field = Paths[path].Fields.Single(entry => entry.Name == name);
        List<string> parts = [$"\"{name}\":{field.Sample}"];
        parts.AddRange(Paths[path].Base.Where(part => !part.StartsWith($"\"{name}\"", StringComparison.Ordinal)));
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
