using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Starting;

/// <summary>What <c>dotnet publish</c> makes runs by itself, away from the checkout.</summary>
public sealed class PublishTests : IDisposable
{
    private static readonly string Key = KeySecret.Create();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-publish-");

    [Fact]
    public async Task Publish_RunElsewhere_ServesPagesAssetsAndTheModel()
    {
        await PublishAsync();

        await using HostProcess host = await HostProcess.StartPublishedAsync(
            _folder.FullName, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["TokenFactory__Bootstrap__ApiKey"] = Key });
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);

        string page = await host.Client.GetStringAsync("/");
        string style = page[(page.IndexOf("css/app", StringComparison.Ordinal))..];
        Assert.Contains("{", await host.Client.GetStringAsync("/" + style[..style.IndexOf('"', StringComparison.Ordinal)]));
        Assert.NotEmpty(await host.Client.GetByteArrayAsync("/_framework/blazor.web.js"));
        using HttpResponseMessage answer = await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "Once", max_tokens = 3 });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task PublishAsync()
    {
        // What was built for this test run is published as it is, in the configuration of this test run.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList = { "publish", "src/TokenFactory.Console", "-c", configuration, "--no-build", "-o", _folder.FullName },
            WorkingDirectory = SharedData.RepositoryRoot,
            RedirectStandardOutput = true,
        };
        using Process publish = Process.Start(start)!;
        string output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, output);
    }
}
