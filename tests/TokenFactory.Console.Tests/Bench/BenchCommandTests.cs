using TokenFactory.Tests.Shared.Host;
using TokenFactory.Web.Bench.Reports;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

/// <summary>The command as someone types it.</summary>
public sealed class BenchCommandTests : IDisposable
{
    private static readonly string[] Short = ["--requests", "6", "--concurrency", "3", "--prompt-tokens", "20", "--output-tokens", "10"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-bench-");

    private string Json => Path.Combine(_folder.FullName, "report.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Bench_OfTheDemonstrationModel_ReportsExactCountsAndTheMachinesBound()
    {
        (int code, string output) = await HostProcess.RunAsync(["bench", .. Short, "--json", Json]);

        Assert.True(code == 0, output);
        BenchReport report = await Comparison.ReadAsync(Json);
        Assert.Equal((6, 0, 0), (report.Requests.Answered, report.Requests.Failed, report.Requests.NotSent));
        Assert.Equal((120L, 60L), (report.Tokens.Prompt, report.Tokens.Output));
        Assert.Equal(("engine", "demo", "fp32", 1), (report.Target.Kind, report.Target.Model, report.Target.Precision, report.Target.Threads));
        Assert.InRange(report.Bounds!.Machine.ReadGigabytesPerSecond, 0.1, 100_000);
        Assert.InRange(report.Bounds.Decode!.Share, 1e-6, 100);
        Assert.InRange(report.Bounds.Prefill!.Share, 1e-6, 100);
        Assert.Equal(report.Bounds.Decode.GigabytesPerSecond, (report.Bounds.Decode.WeightBytes + report.Bounds.Decode.KvBytes) / report.Bounds.Decode.Seconds / 1e9, 6);
        Assert.Contains("6 of 6", output);
        Assert.DoesNotContain("[#", output);
    }

    [Fact]
    public async Task Bench_AgainstAStartedHost_CountsTheSame()
    {
        await using HostProcess host = await HostProcess.StartAsync();

        (int code, string output) = await HostProcess.RunAsync(["bench", "--url", host.Client.BaseAddress!.ToString(), .. Short, "--json", Json]);

        Assert.True(code == 0, output);
        BenchReport report = await Comparison.ReadAsync(Json);
        Assert.Equal((6, 120L, 60L), (report.Requests.Answered, report.Tokens.Prompt, report.Tokens.Output));
        Assert.Equal(("http", "demo", 1024), (report.Target.Kind, report.Target.Model, report.Target.Context));
        // Token ids are taken, answers go on to their length, and every piece says how many tokens it holds.
        Assert.Empty(report.Notes);
    }

    [Fact]
    public async Task Compare_OfTwoFiles_RunsNothingAndPrintsRatios()
    {
        (int first, string ran) = await HostProcess.RunAsync(["bench", .. Short, "--json", Json]);
        Assert.True(first == 0, ran);

        (int code, string output) = await HostProcess.RunAsync("bench", "--compare", Json, Json);

        Assert.Equal(0, code);
        Assert.Contains("1.00×", output);
        Assert.DoesNotContain("requests answered   ", output.Split("Ratios")[0]);
    }

    [Theory]
    [InlineData("--url is 'nonsense'", "--url", "nonsense")]
    [InlineData("--rate is '0'", "--rate", "0")]
    [InlineData("--sequences is 'many'", "--sequences", "many")]
    [InlineData("exclude each other", "--rate", "2", "--concurrency", "3")]
    [InlineData("--scale is for a trace", "--scale", "2")]
    [InlineData("--threads is for the engine", "--url", "http://127.0.0.1:1", "--threads", "2")]
    [InlineData("--key is for a server", "--key", "x")]
    [InlineData("it must be one of auto", "--precision", "fp3")]
    [InlineData("--prompt-tokens is for requests of one length", "--trace", "x", "--prompt-tokens", "2")]
    public async Task Bench_WithFlagsThatMakeNoSense_SaysWhichAndEndsWith2(string words, params string[] flags)
    {
        (int code, string output) = await HostProcess.RunAsync(["bench", .. flags]);

        Assert.Equal(2, code);
        Assert.Contains(words, output);
        Assert.DoesNotContain("   at ", output);
    }

    [Theory]
    [InlineData("no folder nonsense. Configured are: demo.", "--model", "nonsense")]
    [InlineData("/no/such/trace", "--trace", "/no/such/trace")]
    [InlineData("/no/such/report", "--compare", "/no/such/report")]
    [InlineData("/no/such/folder/report.json", "--json", "/no/such/folder/report.json")]
    [InlineData("Nothing answers there", "--url", "http://127.0.0.1:1")]
    [InlineData("demo cannot be measured", "--context", "1")]
    public async Task Bench_OfWhatIsNotThere_SaysSoAndEndsWith1(string words, params string[] flags)
    {
        (int code, string output) = await HostProcess.RunAsync(["bench", .. flags]);

        Assert.Equal(1, code);
        Assert.Contains(words, output);
        Assert.DoesNotContain("   at ", output);
    }
}
