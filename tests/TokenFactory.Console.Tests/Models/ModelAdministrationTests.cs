using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Models;

/// <summary>Models loaded and unloaded by a script, against the running product.</summary>
public sealed class ModelAdministrationTests
{
    private static readonly string Demo = Path.Combine(SharedData.RepositoryRoot, "models/demo");

    private static readonly string AdminKey = KeySecret.Create();

    [Fact]
    public async Task Models_LoadedListedAndUnloaded_ServeBetween()
    {
        await using HostProcess host = await StartAsync();
        using HttpClient admin = HostAdministration.ClientOf(host, AdminKey);

        using HttpResponseMessage asked = await admin.PostAsJsonAsync("admin/v1/models", new { path = Demo, name = "second", precision = "int8", replicas = 2, kv_memory_megabytes = 16, threads = 1 });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        JsonElement second = await HostAdministration.UntilModelAsync(admin, "second", model => model?.GetProperty("state").GetString() == "serving");
        Assert.Equal(("int8", 2), (second.GetProperty("precision").GetString(), second.GetProperty("replicas").GetArrayLength()));
        using HttpResponseMessage answer = await AskAsync(host, 3);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using HttpResponseMessage again = await admin.PostAsJsonAsync("admin/v1/models", new { path = Demo, name = "second" });
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);

        Task<HttpResponseMessage>[] running = [.. Enumerable.Range(0, 100).Select(_ => AskAsync(host, 900))];
        await HostAdministration.UntilModelAsync(admin, "second", model => model!.Value.GetProperty("replicas").EnumerateArray().Sum(replica => replica.GetProperty("running").GetInt32()) > 8);
        using HttpResponseMessage leaving = await admin.DeleteAsync("admin/v1/models/second");
        Assert.Equal(HttpStatusCode.Accepted, leaving.StatusCode);
        using HttpResponseMessage refused = await AskAsync(host, 3);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        using HttpResponseMessage resumed = await admin.PatchAsJsonAsync("admin/v1/models/second", new { state = "serving" });
        Assert.Equal(HttpStatusCode.OK, resumed.StatusCode);
        await HostAdministration.UntilModelAsync(admin, "second", model => model!.Value.GetProperty("state").GetString() == "serving");
        using HttpResponseMessage nothing = await admin.PatchAsJsonAsync("admin/v1/models/second", new { state = "serving" });
        Assert.Equal(HttpStatusCode.Conflict, nothing.StatusCode);
        using HttpResponseMessage senseless = await admin.PatchAsJsonAsync("admin/v1/models/second", new { state = "loading" });
        Assert.Equal(HttpStatusCode.BadRequest, senseless.StatusCode);
        using HttpResponseMessage ended = await admin.DeleteAsync("admin/v1/models/second?drain=false");
        Assert.Equal(HttpStatusCode.Accepted, ended.StatusCode);
        await HostAdministration.UntilModelAsync(admin, "second", model => model is null);
        using HttpResponseMessage gone = await AskAsync(host, 3);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Contains("model.unload", await admin.GetStringAsync("admin/v1/audit"), StringComparison.Ordinal);
        Array.ForEach(await Task.WhenAll(running), response => response.Dispose());
    }

    [Theory]
    [InlineData("""{"name": "x"}""", HttpStatusCode.BadRequest, "path")]
    [InlineData("""{"path": "/no/such/folder"}""", HttpStatusCode.BadRequest, "does not exist")]
    [InlineData("""{"path": "DEMO", "precision": "fp7"}""", HttpStatusCode.BadRequest, "auto, fp32, int8, int4, bf16, fp16, fp8")]
    [InlineData("""{"path": "DEMO", "kv_precision": "fp8", "device": "cpu"}""", HttpStatusCode.BadRequest, "Leave their precision at auto")]
    [InlineData("""{"path": "DEMO", "replicas": 99}""", HttpStatusCode.BadRequest, "from 1 to 16")]
    [InlineData("""{"path": "DEMO", "name": "big", "kv_memory_megabytes": 60000000}""", HttpStatusCode.Conflict, "are missing")]
    public async Task Load_ThatCannotBe_IsRefusedInWords(string body, HttpStatusCode status, string words)
    {
        await using HostProcess host = await StartAsync();
        using HttpClient admin = HostAdministration.ClientOf(host, AdminKey);

        using HttpResponseMessage refused = await admin.PostAsync(
            "admin/v1/models", new StringContent(body.Replace("DEMO", Demo, StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(status, refused.StatusCode);
        Assert.Contains(words, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_ByRole_ViewersSeeAndOperatorsAct()
    {
        await using HostProcess host = await StartAsync();
        using HttpClient admin = HostAdministration.ClientOf(host, AdminKey);
        using HttpClient viewer = HostAdministration.ClientOf(host, await NewKeyAsync(admin, "viewer"));
        using HttpClient operating = HostAdministration.ClientOf(host, await NewKeyAsync(admin, "operator"));

        Assert.Contains("\"demo\"", await viewer.GetStringAsync("admin/v1/models"), StringComparison.Ordinal);
        using HttpResponseMessage load = await viewer.PostAsJsonAsync("admin/v1/models", new { path = Demo, name = "x" });
        using HttpResponseMessage unload = await viewer.DeleteAsync("admin/v1/models/demo");
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (load.StatusCode, unload.StatusCode));
        using HttpResponseMessage nonsense = await operating.DeleteAsync("admin/v1/models/demo?drain=perhaps");
        using HttpResponseMessage unknown = await operating.DeleteAsync("admin/v1/models/other");
        using HttpResponseMessage done = await operating.DeleteAsync("admin/v1/models/demo");
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.Accepted), (nonsense.StatusCode, unknown.StatusCode, done.StatusCode));
        await HostAdministration.UntilModelAsync(admin, "demo", model => model is null);
    }

    private static Task<HostProcess> StartAsync() =>
        HostProcess.StartAsync(new Dictionary<string, string> { ["TokenFactory__Bootstrap__AdminKey"] = AdminKey }, "--model", Demo);

    private static async Task<string> NewKeyAsync(HttpClient admin, string role)
    {
        using HttpResponseMessage made = await admin.PostAsJsonAsync("admin/v1/keys", new { name = role, admin = true, role });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        return (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    private static Task<HttpResponseMessage> AskAsync(HostProcess host, int tokens) =>
        host.Client.PostAsJsonAsync("/v1/completions", new { model = "second", prompt = "Once upon a time", max_tokens = tokens, ignore_eos = true });
}
