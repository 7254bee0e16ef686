using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Models;

/// <summary>A loaded model's way to call tools: as its chat template shows, or as its configuration says.</summary>
public sealed class ToolFormatTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-tools-");

    [Theory]
    [InlineData("Llama")]
    [InlineData("MistralNamed")]
    [InlineData("Harmony")]
    public async Task Chat_FormatOfTheConfiguration_IsRead(string format)
    {
        await using HostProcess host = await HostProcess.StartAsync(new Dictionary<string, string> { ["TokenFactory__Models__0__ToolFormat"] = format });

        await AssertCallsAsync(host);
    }

    [Fact]
    public async Task Chat_FormatOfTheTemplate_IsRead()
    {
        await using HostProcess host = await HostProcess.StartAsync("--model", WriteModel("{# <tool_call> {\"name\": <function-name>, \"arguments\": <args-json-object>} #}"));

        await AssertCallsAsync(host);
    }

    [Fact]
    public async Task Tokenize_Messages_GivesTheTemplatesTextBack()
    {
        await using HostProcess host = await HostProcess.StartAsync();

        JsonElement tokens = (await ReadAsync(await host.Client.PostAsJsonAsync("/tokenize", new { messages = new[] { new { role = "user", content = "Grüße!" } } }))).GetProperty("tokens");
        JsonElement text = await ReadAsync(await host.Client.PostAsJsonAsync("/detokenize", new { tokens }));

        Assert.Equal("<|im_start|>user\nGrüße!<|im_end|>\n<|im_start|>assistant\n", text.GetProperty("prompt").GetString());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task AssertCallsAsync(HostProcess host)
    {
        JsonElement answer = await ReadAsync(await host.Client.PostAsync("/v1/chat/completions", new StringContent(
            """
            {"messages": [{"role": "user", "content": "What is the weather in Oslo?"}], "max_tokens": 60, "tool_choice": "required",
             "tools": [{"type": "function", "function": {"name": "get_weather", "strict": true, "parameters":
               {"type": "object", "properties": {"city": {"type": "string", "enum": ["Rome", "Oslo"]}}, "required": ["city"], "additionalProperties": false}}}]}
            """,
            System.Text.Encoding.UTF8,
            "application/json")));

        JsonElement choice = answer.GetProperty("choices")[0];
        JsonElement function = choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray().Single().GetProperty("function");
        Assert.Equal(("tool_calls", "get_weather"), (choice.GetProperty("finish_reason").GetString(), function.GetProperty("name").GetString()));
        Assert.Contains(JsonElement.Parse(function.GetProperty("arguments").GetString()!).GetProperty("city").GetString(), new[] { "Rome", "Oslo" });
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body);
    }

    /// <summary>The demonstration model with an addition to its template.</summary>
    private string WriteModel(string addition)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "models/demo")))
        {
            File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        }
        string path = Path.Combine(_folder.FullName, "tokenizer_config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["chat_template"] = config["chat_template"]!.GetValue<string>() + addition;
        File.WriteAllText(path, config.ToJsonString());
        return _folder.FullName;
    }
}
