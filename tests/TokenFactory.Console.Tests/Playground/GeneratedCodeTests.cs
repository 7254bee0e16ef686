using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared.Host;
using TokenFactory.Web.Playground.Code;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

/// <summary>The playground's code, run against a real host by the languages themselves: each program prints what the API answers.</summary>
public sealed class GeneratedCodeTests(CodeHost host) : IClassFixture<CodeHost>
{
    private const string Awkward = "It's \"quoted\" $HOME `id` \\n \\ {x} %s </script> 世界 🏭\n\ttab";

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="OpenAI" Version="2.15.0" />
          </ItemGroup>
        </Project>
        """;

    /// <summary>The part of the package openai that the code uses, for machines without it: it sends what it is given.</summary>
    private const string PythonStandIn = """
        import json, types, urllib.request

        class OpenAI:
            def __init__(self, *, base_url, api_key):
                def create(path):
                    def call(*, model, extra_body=None, extra_headers=None, **fields):
                        known = {"messages", "prompt", "max_tokens", "temperature", "top_p", "presence_penalty", "frequency_penalty",
                                 "seed", "stop", "logit_bias", "logprobs", "top_logprobs"}
                        assert set(fields) <= known, set(fields) - known
                        body = json.dumps({"model": model, **fields, **(extra_body or {})}).encode()
                        headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json", **(extra_headers or {})}
                        with urllib.request.urlopen(urllib.request.Request(f"{base_url}/{path}", body, headers)) as answer:
                            return json.load(answer, object_hook=lambda fields: types.SimpleNamespace(**fields))
                    return types.SimpleNamespace(create=call)
                self.chat = types.SimpleNamespace(completions=create("chat/completions"))
                self.completions = create("completions")
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Curl_RunByBash_PrintsTheAnswer(bool isChat)
    {
        CodeRequest request = host.Request(isChat, Awkward);

        JsonNode completion = JsonNode.Parse(await Interpreter.RunAsync("bash", CurlCode.Write(request), host.Key))!;

        Assert.Equal(await host.AskAsync(request), CodeHost.TextOf(completion));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Python_RunWithAStandInForThePackage_PrintsTheAnswer(bool isChat)
    {
        Interpreter.Require("python3");
        CodeRequest request = host.Request(isChat, Awkward);
        await File.WriteAllTextAsync(Path.Combine(host.Folder, "openai.py"), PythonStandIn);
        string file = Path.Combine(host.Folder, $"ask_{isChat}.py");
        await File.WriteAllTextAsync(file, PythonCode.Write(request));

        (int code, string output) = await Interpreter.RunAsync(
            "python3", [file], host.Folder, host.Key, new Dictionary<string, string> { ["PYTHONPATH"] = host.Folder, ["PYTHONIOENCODING"] = "utf-8" });

        Assert.True(code == 0, output);
        Assert.Equal(await host.AskAsync(request) + "\n", output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task JavaScript_RunByNodeWithThePackage_PrintsTheAnswer(bool isChat)
    {
        await host.RequireOpenAiForNodeAsync();
        CodeRequest request = host.Request(isChat, Awkward);
        string file = Path.Combine(host.Folder, $"ask_{isChat}.mjs");
        await File.WriteAllTextAsync(file, JavaScriptCode.Write(request));

        (int code, string output) = await Interpreter.RunAsync("node", [file], host.Folder, host.Key);

        Assert.True(code == 0, output);
        Assert.Equal(await host.AskAsync(request) + "\n", output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CSharp_BuiltWithThePackage_PrintsTheAnswer(bool isChat)
    {
        CodeRequest request = host.Request(isChat, Awkward);
        string folder = Directory.CreateDirectory(Path.Combine(host.Folder, $"ask-{isChat}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "ask.csproj"), Project);
        (int restored, string reason) = await Interpreter.RunAsync("dotnet", ["restore"], folder, host.Key);
        Assert.SkipUnless(restored == 0, $"needs the package OpenAI 2.15.0 from NuGet: {reason}");
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), CSharpCode.Write(request));

        (int code, string output) = await Interpreter.RunAsync("dotnet", ["run", "--no-restore"], folder, host.Key);

        Assert.True(code == 0, output);
        Assert.Equal(await host.AskAsync(request) + "\n", output);
    }
}

/// <summary>A host with a known key, and a folder for programs.</summary>
public sealed class CodeHost : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-code-");
    private HostProcess _host = null!;
    private (int Code, string Output)? _installed;

    public string Key { get; } = KeySecret.Create();

    public string Folder => _folder.FullName;

    /// <summary>The answer's text.</summary>
    public static string TextOf(JsonNode completion) =>
        (completion["choices"]![0]!["message"]?["content"] ?? completion["choices"]![0]!["text"])!.GetValue<string>();

    public async ValueTask InitializeAsync() =>
        _host = await HostProcess.StartAsync(new Dictionary<string, string> { ["TokenFactory__Bootstrap__ApiKey"] = Key });

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>A greedy request with every kind of field.</summary>
    public CodeRequest Request(bool isChat, string text)
    {
        List<KeyValuePair<string, JsonNode>> fields =
        [
            new("max_tokens", 12), new("temperature", 0f), new("top_p", 0.9f), new("top_k", 40), new("min_p", 0.05f), new("presence_penalty", 0.5f),
            new("frequency_penalty", -0.5f), new("repetition_penalty", 1.1f), new("seed", 42L), new("stop", new JsonArray("§'\"\\", "\n\n\n")),
            new("logit_bias", new JsonObject { ["42"] = -5.5f, ["7"] = 1 }),
        ];
        fields.AddRange(isChat ? [new("logprobs", true), new("top_logprobs", 5)] : [new("logprobs", 5)]);
        return new CodeRequest
        {
            BaseUrl = new Uri(_host.Client.BaseAddress!, "v1").AbsoluteUri,
            Model = "demo",
            Messages = isChat ? [new("system", "Be kind. " + text), new("user", "Hi"), new("assistant", "Hello!"), new("user", text)] : null,
            Prompt = isChat ? null : text,
            Fields = fields,
            Lane = "batch",
        };
    }

    /// <summary>What the API answers to the same request.</summary>
    public async Task<string> AskAsync(CodeRequest request)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, $"{request.BaseUrl}/{request.Path}") { Content = JsonContent.Create(request.ToBody()) };
        message.Headers.Authorization = new("Bearer", Key);
        using HttpResponseMessage response = await _host.Client.SendAsync(message);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return TextOf(JsonNode.Parse(body)!);
    }

    /// <summary>Installs the package for Node once; skips the calling test where that cannot be.</summary>
    public async Task RequireOpenAiForNodeAsync()
    {
        Interpreter.Require("node");
        Interpreter.Require("npm");
        _installed ??= await Interpreter.RunAsync("npm", ["install", "--no-audit", "--no-fund", "openai"], Folder, Key);
        Assert.SkipUnless(_installed.Value.Code == 0, $"needs the package openai from npm: {_installed.Value.Output}");
    }
}
