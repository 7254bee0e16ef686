using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Starting;

/// <summary>What someone sees who starts the product.</summary>
public sealed class StartTests
{
    private static readonly string Demo = Path.Combine(SharedData.RepositoryRoot, "models/demo");

    [Fact]
    public async Task Start_WithNothingGiven_SaysWhereWhichModelOnWhichDevice()
    {
        await using HostProcess host = await HostProcess.StartAsync();
        string model = await host.UntilPrintsAsync("  demo: ");

        Assert.Contains($"Token Factory Console is ready on {host.Client.BaseAddress!.ToString().TrimEnd('/')}", host.Output);
        Assert.Matches(@"  demo: 4\.6 M parameters in fp32 on cpu:0 \(.+\), context 1024", model);
        Assert.Contains("blazor.web", await host.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Model_GivenTwice_ServesBothUnderTheirNames()
    {
        await using HostProcess host = await HostProcess.StartAsync("--model", $"first={Demo}", "--model", Demo);

        JsonElement models = await host.Client.GetFromJsonAsync<JsonElement>("/v1/models");

        Assert.Equal(["first", "demo"], models.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Model_InTheEnvironment_IsServed()
    {
        await using HostProcess host = await HostProcess.StartAsync(new Dictionary<string, string>
        {
            ["TokenFactory__Models__0__Path"] = Demo,
            ["TokenFactory__Models__0__Name"] = "from-environment",
        });

        Assert.Contains("\"from-environment\"", await host.Client.GetStringAsync("/v1/models"));
    }

    [Theory]
    [InlineData("--urls")]
    [InlineData("--model")]
    [InlineData("--data")]
    public async Task Help_Always_ListsTheFlag(string flag)
    {
        (int code, string output) = await HostProcess.RunAsync("--help");

        Assert.Equal(0, code);
        Assert.Contains(flag, output);
    }

    [Fact]
    public async Task Flag_Unknown_IsNamedAndNothingStarts()
    {
        (int code, string output) = await HostProcess.RunAsync("--no-such-flag");

        Assert.NotEqual(0, code);
        Assert.Contains("--no-such-flag", output);
        Assert.DoesNotContain("ready", output);
    }

    [Fact]
    public async Task Port_InUse_IsNamedWithWhatToDo()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        (int code, string output) = await HostProcess.RunAsync("--urls", $"http://127.0.0.1:{port}");

        Assert.Equal(1, code);
        Assert.Contains($"{port}", output);
        Assert.Contains("already in use", output);
        Assert.Contains("--urls", output);
        Assert.DoesNotContain("   at ", output);
    }

    [Fact]
    public async Task Urls_Unreadable_SaysHowToGiveThem()
    {
        (int code, string output) = await HostProcess.RunAsync("--urls", "nonsense");

        Assert.Equal(1, code);
        Assert.Contains("--urls http://127.0.0.1:PORT", output);
    }

    [Theory]
    [InlineData("/proc/token-factory")]
    [InlineData("/dev/null/below-a-file")]
    public async Task DataFolder_NotWritable_IsNamedWithWhatToDo(string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a folder that not even root can write, such as /proc");

        (int code, string output) = await HostProcess.RunAsync("--urls", "http://127.0.0.1:0", "--data", folder);

        Assert.Equal(1, code);
        Assert.Contains($"The data folder {folder} cannot be written", output);
        Assert.Contains("--data FOLDER", output);
        Assert.DoesNotContain("   at ", output);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Signal_WhileAStreamRuns_StopsCleanly(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs POSIX signals");
        await using HostProcess host = await HostProcess.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
        {
            Content = JsonContent.Create(new { prompt = "Once upon a time", stream = true, max_tokens = 1000, ignore_eos = true }),
        };
        using HttpResponseMessage response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        host.Signal(signal);

        Assert.Equal(0, await host.WaitForExitAsync(TimeSpan.FromSeconds(120)));
        Assert.DoesNotContain("Unhandled exception", host.Output);
    }
}
