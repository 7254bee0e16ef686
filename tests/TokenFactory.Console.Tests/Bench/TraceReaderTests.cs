using TokenFactory.Tests.Shared;
using TokenFactory.Web.Bench;
using TokenFactory.Web.Bench.Workloads;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

public sealed class TraceReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-trace-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_AzuresTrace_HasItsRequestsTimesAndLengths()
    {
        Workload trace = TraceReader.Read(SharedData.Require("traces/azure-conv-2023.csv"));

        Assert.Equal(19_366, trace.Requests.Count);
        Assert.Equal(new WorkloadRequest(374, 44, TimeSpan.Zero), trace.Requests[0]);
        Assert.Equal(new WorkloadRequest(396, 109, TimeSpan.FromTicks(43_145_790)), trace.Requests[1]);
        Assert.Equal(14_050, trace.Requests.Max(request => request.PromptTokens));
        Assert.Equal(1000, trace.Requests.Max(request => request.OutputTokens));
        Assert.Equal(3501.72, trace.Requests[^1].At!.Value.TotalSeconds, 2);
        Assert.Null(trace.Concurrency);
    }

    [Fact]
    public void Read_MooncakesTrace_HasItsRequestsTimesLengthsAndBlocks()
    {
        Workload trace = TraceReader.Read(SharedData.Require("traces/mooncake-conversation.jsonl"));

        Assert.Equal(12_031, trace.Requests.Count);
        Assert.Equal(6758, trace.Requests[0].PromptTokens);
        Assert.Equal(500, trace.Requests[0].OutputTokens);
        Assert.Equal(Enumerable.Range(0, 14), trace.Requests[0].Blocks);
        Assert.Equal(288_500, trace.Requests.Sum(request => request.Blocks!.Count));
        Assert.True(trace.Requests.Zip(trace.Requests.Skip(1)).All(pair => pair.First.At <= pair.Second.At));
    }

    [Theory]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374\n", "line 2")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n\nyesterday,374,44\n", "line 4")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,0,44\n", "line 2")]
    [InlineData("{\"timestamp\": 0, \"input_length\": 5, \"output_length\": 5}\n{\"timestamp\": 0, \"input_length\": 5}\n", "line 2")]
    [InlineData("{\"timestamp\": 0, \"input_length\": 5, \"output_length\": 0}\n", "line 1")]
    [InlineData("{\"timestamp\": 0, \"input\n", "line 1")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n", "holds no request")]
    [InlineData("prompt,answer\n", "prompt,answer")]
    [InlineData("", "is no trace")]
    public void Read_WhatIsNoTrace_SaysWhereAndWhatItMustBe(string text, string words)
    {
        string file = Path.Combine(_folder.FullName, "trace");
        File.WriteAllText(file, text);

        Assert.Contains(words, Assert.Throws<BenchException>(() => TraceReader.Read(file)).Message);
    }

    [Fact]
    public void Read_NoSuchFile_NamesIt() =>
        Assert.Contains("/no/such/trace", Assert.Throws<BenchException>(() => TraceReader.Read("/no/such/trace")).Message);
}
