using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Models;

/// <summary>A model whose chat template misbehaves only when it is used.</summary>
public sealed class TemplateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-template-");

    [Theory]
    [InlineData("{% for i in range(100000000000) %}x{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(200) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}")]
    [InlineData("{{ raise_exception('no such talk') }}")]
    public async Task Chat_TemplateThatLoopsOrRefuses_Is400SoonAndTheServerLives(string template)
    {
        await using HostProcess host = await HostProcess.StartAsync("--model", $"odd={WriteModel(template)}");
        long asked = Stopwatch.GetTimestamp();

        using HttpResponseMessage response = await host.Client.PostAsJsonAsync(
            "/v1/chat/completions", new { model = "odd", messages = new[] { new { role = "user", content = "hello" } } });

        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(30), $"it took {Stopwatch.GetElapsedTime(asked).TotalSeconds:F1} s");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        JsonElement error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Contains("chat template of odd", error.GetProperty("message").GetString());
        using HttpResponseMessage next = await host.Client.PostAsJsonAsync("/v1/completions", new { model = "odd", prompt = "x", max_tokens = 1 });
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string WriteModel(string template)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "models/demo")))
        {
            File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        }
        string path = Path.Combine(_folder.FullName, "tokenizer_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["chat_template"] = template;
        File.WriteAllText(path, config.ToJsonString());
        return _folder.FullName;
    }
}
