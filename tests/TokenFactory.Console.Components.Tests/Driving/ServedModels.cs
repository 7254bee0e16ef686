using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;
using TokenFactory.Tests.Shared.Engine;

namespace TokenFactory.Web.Tests.Driving;

/// <summary>Models behind a real engine loop; only the executor is the hash executor.</summary>
internal static class ServedModels
{
    public static ServedModel Create(string name, HashExecutor? executor = null, bool hasTemplate = true, SamplingParameters? defaults = null)
    {
        ByteTokenizer tokenizer = new();
        EngineLoop engine = new(
            executor ?? new HashExecutor(HashExecutor.DefaultLimits with { BlockCount = 1024, MaxContext = 2048 }),
            new EngineOptions { ModelName = name, CacheIdentity = name, Tokenizer = tokenizer });
        return new ServedModel(
            name, engine, tokenizer, hasTemplate ? new LinesTemplate() : null, defaults ?? SamplingParameters.Greedy,
            new ModelFacts("Hash", 0, "/", DateTimeOffset.UtcNow, TimeSpan.Zero));
    }

    /// <summary>The greedy answer to a prompt text.</summary>
    public static string Continue(string prompt, int tokens) =>
        string.Concat(HashExecutor.Continue([.. prompt.Select(c => (int)c)], tokens, 256).Select(token => (char)token));

    /// <summary>Role and text, a line each; it refuses the word "forbidden".</summary>
    private sealed class LinesTemplate : IChatTemplate
    {
        public string Render(ChatPrompt prompt)
        {
            string text = string.Concat(prompt.Messages.EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}: {message.GetProperty("content").GetString()}\n"));
            return text.Contains("forbidden", StringComparison.Ordinal) ? throw new ChatTemplateRejectedException("it says a forbidden word") : text;
        }
    }
}
