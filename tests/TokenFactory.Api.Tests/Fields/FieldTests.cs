using System.Net;
using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Api.Tests.Fields;

/// <summary>Every field of OpenAI's description is listed, the list is what the server does, and <c>docs/api.md</c> says so.</summary>
public sealed class FieldTests
{
    private const string MaxTokens = "\"max_tokens\":4";
    private const string ChatBase = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
    private const string CompletionBase = "\"prompt\":\"x\"";
    private const string InputBase = "\"input\":\"x\"";

    private static readonly (string Path, string Schema, IReadOnlyList<FieldEntry> Described, IReadOnlyList<FieldEntry> Beyond, string[] Base)[] Endpoints =
    [
        ("/v1/chat/completions", "CreateChatCompletionRequest", FieldCatalog.Chat, FieldCatalog.Beyond, [ChatBase, MaxTokens]),
        ("/v1/completions", "CreateCompletionRequest", FieldCatalog.Completions, [], [CompletionBase, MaxTokens]),
        ("/v1/responses", "CreateResponse", FieldCatalog.Responses, [], [InputBase, "\"max_output_tokens\":4"]),
        ("/v1/embeddings", "CreateEmbeddingRequest", FieldCatalog.Embeddings, FieldCatalog.EmbeddingsBeyond, [InputBase]),
    ];

    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach ((string path, _, IReadOnlyList<FieldEntry> described, IReadOnlyList<FieldEntry> beyond, _) in Endpoints)
            {
                foreach (FieldEntry entry in described.Concat(beyond))
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
    [InlineData("CreateResponse")]
    [InlineData("CreateEmbeddingRequest")]
    public void Catalog_NamesEveryFieldOfTheDescription(string schema)
    {
        IReadOnlyList<FieldEntry> listed = Endpoints.Single(endpoint => endpoint.Schema == schema).Described;

        Assert.Equal(SpecFields.Of(schema).Order(StringComparer.Ordinal), listed.Select(field => field.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Post_Field_IsTreatedAsListed(string path, string name)
    {
        (_, _, IReadOnlyList<FieldEntry> described, IReadOnlyList<FieldEntry> beyond, string[] rest) = Endpoints.Single(endpoint => endpoint.Path == path);
        FieldEntry field = described.Concat(beyond).Single(entry => entry.Name == name);
        await using ApiHost host = await ApiHost.StartAsync(dialect: Dialect.Hermes);
        string sample = field.Sample;
        if (sample.Contains(FieldCatalog.Previous, StringComparison.Ordinal))
        {
            JsonElement previous = await Answers.ReadAsync(await host.PostJsonAsync(path, $"{{{string.Join(',', rest)}}}"));
            sample = sample.Replace(FieldCatalog.Previous, previous.GetProperty("id").GetString(), StringComparison.Ordinal);
        }
        IEnumerable<string> parts = rest.Where(part => !part.StartsWith($"\"{name}\"", StringComparison.Ordinal)).Prepend($"\"{name}\":{sample}");

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
