using System.Text.Json;
using TokenFactory.Api.Tests.Dialects;
using TokenFactory.Engine.Text;
using Xunit;

namespace TokenFactory.Api.Tests.Tools;

/// <summary>Reasoning apart from the answer, and its tokens counted.</summary>
public sealed class ReasoningTests
{
    private const string Harmony = "<|channel|>analysis<|message|>hmm<|end|><|start|>assistant<|channel|>final<|message|>Yes.";

    [Fact]
    public async Task Post_Thinking_IsApartAndItsTokensAreCounted()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Thinking, "<think>\nhm, 12\n</think>\n\nYes.");

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello }));

        JsonElement message = answer.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(("hm, 12", "Yes."), (message.GetProperty("reasoning_content").GetString(), message.GetProperty("content").GetString()));

        // A token is a byte here. The mark is known as one with its last byte; everything after it, up to the end of the closing mark, counts.
        JsonElement details = answer.GetProperty("usage").GetProperty("completion_tokens_details");
        Assert.Equal(1 + "\nhm, 12\n</think>".Length, details.GetProperty("reasoning_tokens").GetInt32());
        Assert.Equal((0, 0), (details.GetProperty("accepted_prediction_tokens").GetInt32(), details.GetProperty("rejected_prediction_tokens").GetInt32()));
    }

    [Fact]
    public async Task Post_PromptOpensTheThought_AnswerBeginsInIt()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Thinking, "because</think>Yes.", new RecordingTemplate("user: x\n<think>\n"));

        JsonElement[] chunks = await Answers.ReadChunksAsync(
            await host.ChatAsync(new { messages = ToolHost.Hello, stream = true, stream_options = new { include_usage = true } }));

        (string content, string reasoning, _, string finish) = ToolHost.Join(chunks[..^1]);
        Assert.Equal(("Yes.", "because", "stop"), (content, reasoning, finish));
        Assert.Equal("because</think>".Length, chunks[^1].GetProperty("usage").GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
    }

    [Fact]
    public async Task Post_Harmony_AnalysisIsReasoningAndFinalIsContent()
    {
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Harmony, Harmony);

        JsonElement message = (await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello }))).GetProperty("choices")[0].GetProperty("message");
        (string content, string reasoning, _, _) = ToolHost.Join(await Answers.ReadChunksAsync(await host.ChatAsync(new { messages = ToolHost.Hello, stream = true })));

        Assert.Equal(("hmm", "Yes."), (message.GetProperty("reasoning_content").GetString(), message.GetProperty("content").GetString()));
        Assert.Equal(("hmm", "Yes."), (reasoning, content));
    }

    [Fact]
    public async Task Post_WithLogprobs_EveryTokenIsThereOnce()
    {
        const string Text = "<think>a</think>b";
        await using ApiHost host = await ToolHost.StartAsync(Dialect.Thinking, Text);

        JsonElement[] chunks = await Answers.ReadChunksAsync(await host.ChatAsync(new { messages = ToolHost.Hello, logprobs = true, stream = true }));

        string tokens = string.Concat(chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("logprobs"))
            .Where(logprobs => logprobs.ValueKind == JsonValueKind.Object)
            .SelectMany(logprobs => logprobs.GetProperty("content").EnumerateArray())
            .Select(token => token.GetProperty("token").GetString()));
        Assert.Equal(Text + "\0", tokens);
    }

    [Fact]
    public async Task Post_PlainModel_KeepsTheMarksAsText()
    {
        await using ApiHost host = await ToolHost.StartAsync(ChatDialect.Plain, "<think>a</think> b ");

        JsonElement answer = await Answers.ReadAsync(await host.ChatAsync(new { messages = ToolHost.Hello }));

        Assert.Equal("<think>a</think> b ", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }
}
