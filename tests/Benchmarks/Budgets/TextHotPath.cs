using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Responses;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;
using TokenFactory.Models.Tokenization;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Tests.Shared.Onnx;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>A token's way from id to the bytes on a connection.</summary>
internal static class TextHotPath
{
    private static readonly AnswerHead Head = new("chatcmpl-1", 0, "demo");

    private static readonly ReadingPlan Reading =
        new(new ChatDialect(ToolFormat.Hermes, ReasoningFormat.Think), new HashSet<string> { "tool" }, false, [], OneCall: false);

    private static readonly ChatCompletionRequest Request = new() { Messages = JsonElement.Parse("[]") };

    /// <summary>Ids of a story through the demonstration model's streaming decoder.</summary>
    public static double Detokenize()
    {
        ModelTokenizer tokenizer = ModelTokenizer.Load(Path.Combine(SharedData.RepositoryRoot, "models/demo"));
        int[] ids = tokenizer.Encode(HeldStory.Read() + " Grüße, 世界! 👩‍🚀", addSpecialTokens: false);
        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder();
        ArrayBufferWriter<byte> text = new(1 << 16);
        return HotPaths.PerToken(
            () =>
            {
                text.ResetWrittenCount();
                foreach (int id in ids)
                {
                    decoder.Append(id, text);
                }
                decoder.Flush(text);
            },
            warmUps: 5,
            times: 20,
            tokensEach: ids.Length);
    }

    /// <summary>Chunks of one token each, flushed each, that say how many there were.</summary>
    public static double WriteChunks() => Write(sse =>
    {
        ChatChunkWriter chunks = new(sse, Head, Request with { StreamOptions = new StreamOptions(IncludeUsage: true, ContinuousUsageStats: true) }, new ByteTokenizer(), promptTokens: 4);
        return delta => chunks.WriteDelta(0, delta);
    });

    /// <summary>The same where the answer is read for reasoning and calls of tools.</summary>
    public static double WritePartsChunks() => Write(sse =>
    {
        PartsChunkWriter chunks = new(sse, Head, Request, new ByteTokenizer(), promptTokens: 4, Reading);
        return delta => chunks.WriteDelta(0, delta);
    });

    /// <summary>Events of a response, which keeps its text to the end: that is the only memory that grows.</summary>
    public static double WriteResponseEvents() => Write(sse =>
    {
        OutputEvents events = new(new ItemIds(ItemIds.Response + new string('0', 32)), sse);
        AnswerReader reader = Reading.CreateReader(events);
        return delta =>
        {
            reader.Append(delta);
            events.Flush();
        };
    });

    private static double Write(Func<SseWriter, Action<GenerationDelta>> format)
    {
        using SseWriter sse = new(PipeWriter.Create(Stream.Null));
        Action<GenerationDelta> write = format(sse);
        GenerationDelta delta = new();
        return HotPaths.PerToken(
            () =>
            {
                delta.Clear();
                delta.Add('w', 0, [], " w\"ord"u8);
                write(delta);
                Task flush = sse.FlushAsync().AsTask();
                flush.GetAwaiter().GetResult();
            },
            warmUps: 50,
            times: 1000,
            tokensEach: 1);
    }
}
