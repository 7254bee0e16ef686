using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;
using TokenFactory.Tests.Shared.Engine;

namespace TokenFactory.Web.Tests.Setup;

/// <summary>A served model on a real engine loop whose executor is the hash executor: a byte a token, and every answer known before.</summary>
internal sealed class HashModel : IDisposable
{
    public HashModel(
        string name = "hash", bool chats = true, Func<BatchPolicy, BatchPolicy>? policy = null, string device = "test:0", TimeProvider? clock = null, string[]? moreDevices = null,
        Func<double?>? watts = null)
    {
        ByteTokenizer tokenizer = new();
        BatchPolicy first = BatchPolicy.For(HashExecutor.DefaultLimits);
        Executors =
            [.. ((string[])[device, .. moreDevices ?? []]).Select(id => new HashExecutor { Device = new DeviceInfo(id, "Hash executor", "test", "none", 1 << 20) })];
        EngineLoop[] replicas = [.. Executors.Select(executor => new EngineLoop(
            executor,
            new EngineOptions
            {
                ModelName = name,
                CacheIdentity = name,
                Tokenizer = tokenizer,
                Policy = policy?.Invoke(first) ?? first,
                Watts = watts,
                Clock = clock ?? TimeProvider.System,
            }))];
        Served = new ServedModel(
            name, replicas, tokenizer, chats ? new LinesTemplate() : null, SamplingParameters.Greedy with { TopP = 0.9f }, new ModelFacts("Hash", 4_600_000, "/", DateTimeOffset.UnixEpoch, TimeSpan.Zero));
    }

    /// <summary>That of the first replica.</summary>
    public HashExecutor Executor => Executors[0];

    public HashExecutor[] Executors { get; }

    public ServedModel Served { get; }

    /// <summary>Its first replica.</summary>
    public EngineLoop Engine => Served.Replicas[0];

    /// <summary>The greedy answer to a prompt, as text.</summary>
    public static string Answer(string prompt, int tokens) =>
        new([.. HashExecutor.Continue([.. System.Text.Encoding.UTF8.GetBytes(prompt).Select(value => (int)value)], tokens, 256).Select(token => (char)token)]);

    /// <summary>Runs a request to its end.</summary>
    public async Task RunAsync(int tokens)
    {
        Engine.TrySubmit(new GenerationRequest { Id = "run", Tenant = "t", Prompt = [1, 2, 3], MaxNewTokens = tokens }, out Generation? generation);
        GenerationDelta delta = new();
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
        }
    }

    public void Dispose() => Served.Dispose();

    /// <summary>Role and text, a line each. It refuses the word <c>forbidden</c>.</summary>
    private sealed class LinesTemplate : IChatTemplate
    {
        public string Render(ChatPrompt prompt)
        {
            string text = string.Concat(prompt.Messages.EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}: {message.GetProperty("content").GetString()}\n"));
            return text.Contains("forbidden", StringComparison.Ordinal) ? throw new ChatTemplateRejectedException("The template refuses this.") : text;
        }
    }
}
