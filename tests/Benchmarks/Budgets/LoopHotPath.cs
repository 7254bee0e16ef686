using System.Buffers;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Text;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>
/// The whole loop, from schedule to reader, over an executor that computes nothing: what the process allocates per token beside the
/// model. Each stream generates on until the measured part is over.
/// </summary>
internal static class LoopHotPath
{
    private const int GrownAt = 4300;

    private static readonly ExecutorLimits Limits = new()
    {
        BlockSize = 16,
        BlockCount = 64 * 1024,
        MaxSequences = 64,
        MaxStepTokens = 1024,
        MaxChunks = 64,
        MaxContext = 16 * 1024,
        VocabularySize = 128,
    };

    public static async Task<double> MeasureAsync(int streams, int tokens)
    {
        using EngineLoop loop = new(
            new NullExecutor(Limits, 'x', () => Thread.SpinWait(2000)), new EngineOptions { ModelName = "null", CacheIdentity = "null", Tokenizer = new LetterTokenizer() });
        Generation[] generations = [.. Enumerable.Range(0, streams).Select(i => Submit(loop, i))];
        Task<long>[] readers = [.. generations.Select(ReadAsync)];

        // Past this point no stream's token memory grows for a while: it doubles at 4,096 and at 8,192 tokens.
        await UntilAsync(loop, (long)streams * GrownAt);
        long firstTokens = Generated(loop);
        long firstBytes = GC.GetTotalAllocatedBytes(precise: true);
        await UntilAsync(loop, firstTokens + ((long)streams * tokens));
        long bytes = GC.GetTotalAllocatedBytes(precise: true) - firstBytes;
        long counted = Generated(loop) - firstTokens;
        foreach (Generation generation in generations)
        {
            generation.Cancel();
        }
        await Task.WhenAll(readers);
        return bytes / (double)counted;
    }

    private static async Task UntilAsync(EngineLoop loop, long tokens)
    {
        while (Generated(loop) < tokens)
        {
            await Task.Delay(5);
        }
    }

    private static long Generated(EngineLoop loop)
    {
        long sum = 0;
        foreach (Engine.Accounting.TokenAccount account in loop.Accounts.All)
        {
            sum += account.GeneratedTokens;
        }
        return sum;
    }

    private static Generation Submit(EngineLoop loop, int index)
    {
        loop.TrySubmit(
            new GenerationRequest { Id = $"r{index}", Tenant = $"t{index % 5}", Prompt = [index, 1, 2], Sampling = SamplingParameters.Greedy, StopStrings = ["never"] },
            out Generation? generation);
        return generation!;
    }

    private static async Task<long> ReadAsync(Generation generation)
    {
        GenerationDelta delta = new();
        long tokens = 0;
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
            tokens += delta.Tokens.Count;
        }
        return tokens;
    }

    private sealed class LetterTokenizer : ITokenizer
    {
        public int VocabularySize => 128;

        public int[] Encode(string text, bool addSpecialTokens, bool parseSpecialTokens) => throw new NotSupportedException();

        public string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens) => throw new NotSupportedException();

        public byte[] GetTokenBytes(int token) => [(byte)token];

        public ITextDecoder CreateDecoder(bool skipSpecialTokens) => new Letters();

        private sealed class Letters : ITextDecoder
        {
            public void Append(int token, IBufferWriter<byte> utf8)
            {
                utf8.GetSpan(1)[0] = (byte)token;
                utf8.Advance(1);
            }

            public void Flush(IBufferWriter<byte> utf8)
            {
            }
        }
    }
}
