using System.Text.Json;
using TokenFactory.Engine.Text;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Api.Tests.Dialects;

/// <summary>Calls as real templates write them into a conversation are read back as what they were.</summary>
public sealed class RenderedCallTests
{
    [Theory]
    [InlineData("Qwen-Qwen3-0.6B", "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("Qwen-Qwen2.5-7B-Instruct", "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("Qwen-QwQ-32B", "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", "<|im_start|>assistant\n", "<|im_end|>")]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", "<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>")]
    [InlineData("meta-llama-Llama-3.2-3B-Instruct", "<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>")]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", "[/INST]", "</s>")]
    [InlineData("Mistral-Small-3.2-24B-Instruct-2506", "[/INST]", "</s>")]
    [InlineData("openai-gpt-oss-120b", "<|start|>assistant", "<|call|>")]
    public void Read_CallsThatATemplateRendered_GivesThemBack(string template, string before, string after)
    {
        ChatDialect dialect = ChatDialect.Of(File.ReadAllText(SharedData.Require($"templates/chat/{template}.jinja")));
        int compared = 0;
        foreach (JsonElement rendering in JsonElement.Parse(File.ReadAllText(SharedData.Require("templates/renderings-reference.json"))).EnumerateArray())
        {
            if (rendering.GetProperty("template").GetString() != $"chat/{template}.jinja"
                || rendering.GetProperty("case").GetString() is not ("tool call and result" or "two calls at once")
                || !rendering.TryGetProperty("expected", out JsonElement expected))
            {
                continue;
            }
            string text = expected.GetString()!;
            int start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
            string turn = text[start..text.IndexOf(after, start, StringComparison.Ordinal)];

            JsonElement[] calls = [.. rendering.GetProperty("messages").EnumerateArray().First(message => message.TryGetProperty("tool_calls", out _)).GetProperty("tool_calls").EnumerateArray()];
            Parts parts = Parts.Read(dialect, turn);

            // gpt-oss says one call a turn; its template leaves out the others.
            string[] wanted = [.. calls.Take(dialect.Tools == ToolFormat.Harmony ? 1 : calls.Length).Select(call => Write(call.GetProperty("function")))];
            Assert.Equal(wanted, parts.Calls);
            Assert.Equal("", parts.Of("content"));
            compared++;
        }
        Assert.InRange(compared, 1, 2);
    }

    [Fact]
    public void Of_EveryTemplate_IsItsFamily()
    {
        Dictionary<string, ChatDialect> known = new()
        {
            ["HuggingFaceTB-SmolLM3-3B"] = Dialect.Thinking,
            ["GLM-4.6"] = Dialect.Thinking,
            ["Mistral-Small-3.2-24B-Instruct-2506"] = Dialect.MistralNamed,
            ["NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"] = Dialect.Thinking,
            ["NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use"] = Dialect.Hermes,
            ["Qwen-QwQ-32B"] = Dialect.Qwen,
            ["Qwen-Qwen2.5-7B-Instruct"] = Dialect.Hermes,
            ["Qwen-Qwen3-0.6B"] = Dialect.Qwen,
            ["deepseek-ai-DeepSeek-R1-Distill-Qwen-32B"] = Dialect.Thinking,
            ["deepseek-ai-DeepSeek-V3.1"] = Dialect.Thinking,
            ["llama-cpp-deepseek-r1"] = Dialect.Thinking,
            ["ibm-granite-granite-3.3-2B-Instruct"] = Dialect.Thinking,
            ["meta-llama-Llama-3.1-8B-Instruct"] = Dialect.Llama,
            ["meta-llama-Llama-3.2-3B-Instruct"] = Dialect.Llama,
            ["mistralai-Mistral-Nemo-Instruct-2407"] = Dialect.Mistral,
            ["openai-gpt-oss-120b"] = Dialect.Harmony,
        };

        foreach (string file in Directory.EnumerateFiles(SharedData.Require("templates/chat"), "*.jinja"))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            Assert.True(known.GetValueOrDefault(name, ChatDialect.Plain) == ChatDialect.Of(File.ReadAllText(file)), $"{name}: {ChatDialect.Of(File.ReadAllText(file))}");
        }
    }

    private static string Write(JsonElement function) => function.GetProperty("name").GetString() + function.GetProperty("arguments").GetRawText();
}
