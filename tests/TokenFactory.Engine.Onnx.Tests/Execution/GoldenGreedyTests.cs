using TokenFactory.Engine.Onnx.Tests.Driving;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Execution;

/// <summary>float32 greedy decoding of a trained model gives the stored tokens, however its steps are cut.</summary>
public sealed class GoldenGreedyTests : IDisposable
{
    private readonly TestFolder _cache = new();
    private readonly OnnxModelExecutor _executor;

    public GoldenGreedyTests() => _executor = OnnxModelExecutor.Load(
        GoldenCases.Folder(), new OnnxExecutorOptions { CacheFolder = _cache.Path, KvMemoryBytes = 64 << 20, MaxSequences = 8, Threads = 2 });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public void Decode_OneAtATime_EqualsGolden(int chunk)
    {
        ExecutorDriver driver = new(_executor);
        foreach ((int[] prompt, int[] output) in GoldenCases.Load())
        {
            DrivenSequence sequence = new(prompt, output.Length);
            driver.RunAlone(sequence, chunk);
            Assert.Equal(output, sequence.Output);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 2)]
    [InlineData(64, 1)]
    public void Decode_RaggedMixedSteps_EqualsGolden(int chunk, int chunksAStep)
    {
        ExecutorDriver driver = new(_executor);
        List<(int[] Prompt, int[] Output)> cases = GoldenCases.Load();
        List<DrivenSequence> all = [.. cases.Select(c => new DrivenSequence(c.Prompt, c.Output.Length))];
        Queue<DrivenSequence> waiting = new(all);
        List<DrivenSequence> running = [];
        while (waiting.Count + running.Count > 0)
        {
            if (waiting.Count > 0 && driver.HasFreeRow)
            {
                DrivenSequence next = waiting.Dequeue();
                driver.Admit(next);
                running.Add(next);
            }
            driver.Step(
                [.. running.Where(s => s.Pending == 1)],
                [.. running.Where(s => s.Pending > 1).Take(chunksAStep).Select(s => (s, Math.Min(chunk, s.Pending)))]);
            foreach (DrivenSequence done in running.Where(s => s.Finished).ToList())
            {
                driver.Retire(done);
                running.Remove(done);
            }
        }

        for (int i = 0; i < all.Count; i++)
        {
            Assert.Equal(cases[i].Output, all[i].Output);
        }
    }

    [Fact]
    public void Decode_FromReusedPrefix_EqualsGolden()
    {
        ExecutorDriver driver = new(_executor, reuse: true);
        List<(int[] Prompt, int[] Output)> cases = GoldenCases.Load();
        foreach ((int[] prompt, int[] output) in cases)
        {
            driver.RunAlone(new DrivenSequence(prompt, output.Length), 64);
        }
        int before = driver.ReusedTokens;
        foreach ((int[] prompt, int[] output) in cases)
        {
            // The prompt now includes most of the output, whose blocks the first round has left behind.
            DrivenSequence sequence = new([.. prompt, .. output[..^5]], 5);
            driver.RunAlone(sequence, 7);
            Assert.Equal(output[^5..], sequence.Output);
        }
        Assert.True(driver.ReusedTokens - before > 100 * cases.Count / 2, $"{driver.ReusedTokens - before} tokens were reused");
    }

    public void Dispose()
    {
        _executor.Dispose();
        _cache.Dispose();
    }
}
