using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Cuda;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Cuda;

/// <summary>The product with GPUs, which are emulated, and without: models go where they can be computed, and whoever asks sees no difference.</summary>
public sealed class CudaServingTests
{
    private static readonly string Demo = Path.Combine(SharedData.RepositoryRoot, "models/demo");

    private static readonly string AdminKey = KeySecret.Create();

    [Fact]
    public async Task Model_OnAMachineWithAGpu_IsLoadedThereAndSaysTheSame()
    {
        string library = EmulatedCuda.Require();
        await using HostProcess host = await HostProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["TokenFactory__Bootstrap__AdminKey"] = AdminKey,
                ["TokenFactory__CudaLibrary"] = library,
                ["CUDA_EMULATED_DEVICES"] = "2",
                ["TokenFactory__Models__0__Path"] = Demo,
                ["TokenFactory__Models__0__Name"] = "processor",
                ["TokenFactory__Models__0__Device"] = "Cpu",
            });
        using HttpClient admin = HostAdministration.ClientOf(host, AdminKey);
        foreach ((string name, int devices, string precision, string kv) in new[] { ("demo", 1, "fp16", "auto"), ("divided", 2, "fp16", "auto"), ("small", 1, "fp8", "fp8") })
        {
            using HttpResponseMessage asked = await admin.PostAsJsonAsync("admin/v1/models", new
            {
                path = Demo,
                name,
                precision,
                kv_precision = kv,
                devices_per_replica = devices,
                max_sequences = 4,
                max_context = 128,
                max_step_tokens = 32,
                kv_memory_megabytes = 8,
            });
            Assert.True(asked.IsSuccessStatusCode, await asked.Content.ReadAsStringAsync());
            await HostAdministration.UntilModelAsync(admin, name, model =>
            {
                Assert.NotEqual("failed", model!.Value.GetProperty("state").GetString());
                return model.Value.GetProperty("state").GetString() == "serving";
            });
        }
        Dictionary<string, (string Device, string Precision)> places = await PlacesAsync(host);

        Assert.Equal(("cuda:0", "fp16"), places["demo"]);
        Assert.Equal(("cpu:0", "fp32"), places["processor"]);
        Assert.Equal("fp8, fp8 KV", places["small"].Precision);
        string expected = await AskAsync(host, "processor");
        Assert.Equal((expected, expected), (await AskAsync(host, "demo"), await AskAsync(host, "divided")));
        // Rounded to 8 bits it may say something else.
        Assert.NotEmpty(await AskAsync(host, "small"));
    }

    [Fact]
    public async Task Model_ForAGpuThatIsNotThere_IsRefusedInWordsAndTheServerLives()
    {
        await using HostProcess host = await HostProcess.StartAsync(
            new Dictionary<string, string> { ["TokenFactory__Bootstrap__AdminKey"] = AdminKey, ["TokenFactory__CudaLibrary"] = "/no/such/library.so" }, "--model", Demo);
        using HttpClient admin = HostAdministration.ClientOf(host, AdminKey);

        using HttpResponseMessage onGpu = await admin.PostAsJsonAsync("admin/v1/models", new { path = Demo, name = "second", device = "cuda" });
        using HttpResponseMessage inBf16 = await admin.PostAsJsonAsync("admin/v1/models", new { path = Demo, name = "second", precision = "bf16" });

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (onGpu.StatusCode, inBf16.StatusCode));
        Assert.Contains("No NVIDIA driver is installed", await onGpu.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("bf16, which is computed on cuda. No NVIDIA driver is installed", await inBf16.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("cpu:0", (await PlacesAsync(host))["demo"].Device);
    }

    private static async Task<string> AskAsync(HostProcess host, string model)
    {
        using HttpResponseMessage answer = await host.Client.PostAsJsonAsync("/v1/completions", new { model, prompt = "Once upon a time", max_tokens = 12, temperature = 0 });
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("choices")[0].GetProperty("text").GetString()!;
    }

    private static async Task<Dictionary<string, (string Device, string Precision)>> PlacesAsync(HostProcess host)
    {
        using HttpClient admin = HostAdministration.ClientOf(host, AdminKey);
        JsonElement[] models = await HostAdministration.ModelsAsync(admin);
        Assert.All(models, model => Assert.True(model.GetProperty("state").GetString() == "serving", model.ToString()));
        return models.ToDictionary(
            model => model.GetProperty("name").GetString()!,
            model => (model.GetProperty("replicas")[0].GetProperty("device").GetString()!, model.GetProperty("precision").GetString()!));
    }
}
