using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Models;

/// <summary>A model folder that cannot be served: the message names the file and what is wrong, the server lives and serves the others.</summary>
public sealed class BadModelTests : IDisposable
{
    private static readonly string Demo = Path.Combine(SharedData.RepositoryRoot, "models/demo");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-bad-model-");

    public static TheoryData<string, string[]> Damages => new()
    {
        { "weights missing", ["model.safetensors"] },
        { "weights truncated", ["model.safetensors"] },
        { "weights header corrupt", ["model.safetensors"] },
        { "weights header length absurd", ["model.safetensors"] },
        { "offsets overlap", ["model.safetensors", "inside the tensor before it"] },
        { "offsets leave the file", ["model.safetensors"] },
        { "architecture unknown", ["config.json", "MadeUpForCausalLM"] },
        { "config missing", ["config.json"] },
        { "config not JSON", ["config.json"] },
        { "tokenizer without vocabulary", ["tokenizer.json", "vocab"] },
        { "tokenizer missing", ["tokenizer.json"] },
        { "template broken", ["template"] },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Start_WithADamagedModel_SaysWhatIsWrongAndServesTheOther(string damage, string[] words)
    {
        Damage(damage);

        await using HostProcess host = await HostProcess.StartAsync("--model", $"bad={_folder.FullName}", "--model", $"good={Demo}");

        string message = await host.UntilPrintsAsync("was not loaded");
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("   at TokenFactory", host.Output);
        string models = await host.Client.GetStringAsync("/v1/models");
        Assert.Contains("\"good\"", models);
        Assert.DoesNotContain("\"bad\"", models);
        using HttpResponseMessage refused = await host.Client.PostAsJsonAsync("/v1/completions", new { model = "bad", prompt = "x", max_tokens = 1 });
        using HttpResponseMessage answer = await host.Client.PostAsJsonAsync("/v1/completions", new { model = "good", prompt = "x", max_tokens = 1 });
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Start_WithNoModelThatLoads_LivesAndSaysWhatToDo()
    {
        await using HostProcess host = await HostProcess.StartAsync("--model", "/no/such/folder");

        Assert.Contains("/no/such/folder", await host.UntilPrintsAsync("was not loaded"));
        Assert.Contains("--model FOLDER", host.Output);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/")).StatusCode);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Damage(string how)
    {
        foreach (string file in Directory.EnumerateFiles(Demo))
        {
            File.Copy(file, At(Path.GetFileName(file)));
        }
        string weights = At("model.safetensors");
        Action apply = how switch
        {
            "weights missing" => () => File.Delete(weights),
            "weights truncated" => () => Write(weights, bytes => bytes[..(bytes.Length / 2)]),
            "weights header corrupt" => () => Write(weights, bytes => { bytes[8] = (byte)'x'; return bytes; }),
            "weights header length absurd" => () => Write(weights, bytes => { BinaryPrimitives.WriteInt64LittleEndian(bytes, long.MaxValue); return bytes; }),
            "offsets overlap" => () => EditHeader(weights, (first, second) => second["data_offsets"] = Shift(second, first["data_offsets"]![0]!.GetValue<long>())),
            "offsets leave the file" => () => EditHeader(weights, (first, _) => first["data_offsets"] = Shift(first, 1L << 40)),
            "architecture unknown" => () => EditJson("config.json", config => config["architectures"] = new JsonArray("MadeUpForCausalLM")),
            "config missing" => () => File.Delete(At("config.json")),
            "config not JSON" => () => File.WriteAllText(At("config.json"), "{ not json"),
            "tokenizer without vocabulary" => () => EditJson("tokenizer.json", tokenizer => tokenizer["model"]!.AsObject().Remove("vocab")),
            "tokenizer missing" => () => File.Delete(At("tokenizer.json")),
            "template broken" => () => EditJson("tokenizer_config.json", config => config["chat_template"] = "{% for message in messages %}never ended"),
            _ => throw new ArgumentOutOfRangeException(nameof(how), how, "unknown damage"),
        };
        apply();
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private void EditJson(string name, Action<JsonObject> edit)
    {
        JsonObject content = JsonNode.Parse(File.ReadAllText(At(name)))!.AsObject();
        edit(content);
        File.WriteAllText(At(name), content.ToJsonString());
    }

    private static void Write(string path, Func<byte[], byte[]> edit) => File.WriteAllBytes(path, edit(File.ReadAllBytes(path)));

    /// <summary>Changes two neighbouring tensors' entries and writes the header back, with the same data behind it.</summary>
    private static void EditHeader(string path, Action<JsonNode, JsonNode> edit) => Write(path, bytes =>
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        JsonObject header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        JsonNode[] tensors = [.. header.Where(entry => entry.Key != "__metadata__").Select(entry => entry.Value!)
            .OrderBy(entry => entry["data_offsets"]![0]!.GetValue<long>())];
        edit(tensors[0], tensors[1]);
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, text.Length);
        return [.. size, .. text, .. bytes.AsSpan(8 + length)];
    });

    /// <summary>The same length from another place.</summary>
    private static JsonArray Shift(JsonNode tensor, long start)
    {
        long length = tensor["data_offsets"]![1]!.GetValue<long>() - tensor["data_offsets"]![0]!.GetValue<long>();
        return [start, start + length];
    }
}
