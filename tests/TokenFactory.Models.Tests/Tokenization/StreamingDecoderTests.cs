using System.Buffers;
using CsCheck;
using TokenFactory.Models.Tokenization;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization;

public sealed class StreamingDecoderTests
{
    public static TheoryData<string> Tokenizers => ["qwen3", "phi3", "TinyStories-656K", "gpt2"];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Append_RandomIds_MakesWhatDecodeMakes(string name)
    {
        ModelTokenizer tokenizer = KnownTokenizers.ByName(name);

        Gen.Select(Ids(tokenizer), Gen.Bool).Sample(
            (ids, skip) => Streaming.Whole(tokenizer, ids, skip) == tokenizer.Decode(ids, skip), iter: 2000, threads: 1);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Reset_WithPrompt_MakesWhatDecodeMakesLessThePrompt(string name)
    {
        ModelTokenizer tokenizer = KnownTokenizers.ByName(name);

        Gen.Select(Ids(tokenizer), Ids(tokenizer)).Sample((prompt, generated) =>
        {
            string whole = tokenizer.Decode([.. prompt, .. generated], skipSpecialTokens: true);
            string before = tokenizer.Decode(prompt, skipSpecialTokens: true);
            string streamed = Streaming.Continue(tokenizer, prompt, generated);
            // Where generated ids complete the prompt's last character, the prompt's own text is no beginning of the whole.
            return whole.StartsWith(before, StringComparison.Ordinal)
                ? streamed == whole[before.Length..]
                : whole.EndsWith(streamed, StringComparison.Ordinal);
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void Reset_PromptEndsInTheMiddleOfACharacter_WritesTheCharacterWhole()
    {
        ModelTokenizer tokenizer = KnownTokenizers.Qwen3;
        int[] llama = tokenizer.Encode(" 🦙.", addSpecialTokens: false);

        Assert.Equal(4, llama.Length);
        Assert.Equal("🦙.", Streaming.Continue(tokenizer, llama.AsSpan(0, 2), llama.AsSpan(2)).TrimStart());
    }

    [Fact]
    public void Reset_PromptEndsInARunOfByteTokens_LeavesTheRunToThePrompt()
    {
        ModelTokenizer tokenizer = KnownTokenizers.Phi3;
        int[] prompt = tokenizer.Encode("go 🚀", addSpecialTokens: true);
        int[] next = tokenizer.Encode("home", addSpecialTokens: false);

        Assert.Equal(" home", Streaming.Continue(tokenizer, prompt, next));
        Assert.Equal("", Streaming.Continue(tokenizer, prompt, []));
    }

    [Fact]
    public void Append_FirstTokenOfAText_LosesItsSpaceOnlyThere()
    {
        ModelTokenizer tokenizer = KnownTokenizers.Phi3;
        int[] hello = tokenizer.Encode("Hello", addSpecialTokens: false);

        Assert.Equal("Hello Hello", Streaming.Whole(tokenizer, [.. hello, .. hello]));
        Assert.Equal(" Hello", Streaming.Continue(tokenizer, hello, hello));
    }

    [Fact]
    public void Append_BrokenBytes_BecomeReplacementCharactersAsInTheReference()
    {
        ModelTokenizer byteLevel = KnownTokenizers.Qwen3;
        ModelTokenizer fallback = KnownTokenizers.Phi3;
        int[] halfLlama = [.. byteLevel.Encode(" 🦙", addSpecialTokens: false)[..2]];
        int[] brokenRun = [.. "<0xF0>,<0x9F>,<0x41>".Split(',').Select(piece => fallback.TryGetId(piece, out int id) ? id : -1)];

        Assert.Equal(" \uFFFD", Streaming.Whole(byteLevel, halfLlama));
        Assert.Equal("\uFFFD\uFFFD\uFFFD", Streaming.Whole(fallback, brokenRun));
    }

    [Fact]
    public void Append_UnknownIds_CountForNothing()
    {
        ModelTokenizer tokenizer = KnownTokenizers.Qwen3;

        Assert.Equal("!", Streaming.Whole(tokenizer, [-1, 0, int.MaxValue, int.MinValue, tokenizer.VocabularySize]));
    }

    [Fact]
    public void Flush_Twice_StartsOver()
    {
        ModelTokenizer tokenizer = KnownTokenizers.Phi3;
        int[] ids = tokenizer.Encode("Hello 🚀", addSpecialTokens: false);
        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder();

        Assert.Equal("Hello 🚀", Streaming.Run(decoder, ids));
        Assert.Equal("Hello 🚀", Streaming.Run(decoder, ids));
        Assert.Equal("", Streaming.Run(decoder, []));
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Append_SteadyState_AllocatesNothing(string name)
    {
        ModelTokenizer tokenizer = KnownTokenizers.ByName(name);
        int[] ids = tokenizer.Encode("The 🦙 said: «ñandú», 1,234 times.\nខ្មែរ", addSpecialTokens: false);
        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder();
        ArrayBufferWriter<byte> output = new(4096);
        Run();
        Run();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
            Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            output.ResetWrittenCount();
            decoder.Reset();
            foreach (int id in ids)
                decoder.Append(id, output);
            decoder.Flush(output);
        }
    }

    /// <summary>Ids from the whole vocabulary, half of them low, where the bytes and special tokens lie.</summary>
    private static Gen<int[]> Ids(ModelTokenizer tokenizer)
    {
        int last = tokenizer.VocabularySize - 1;
        return Gen.OneOf(Gen.Int[0, 280], Gen.Int[0, last], Gen.Int[last - 40, last]).Array[0, 12];
    }
}
