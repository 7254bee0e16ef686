using System.Text;
using System.Text.Json;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;

namespace TokenFactory.Web.Playground;

/// <summary>A message of a conversation.</summary>
public sealed record PlaygroundMessage(string Role, string Content);

/// <summary>One person's playground: a conversation with a model in this process, and the answer under way.</summary>
public sealed class PlaygroundSession(TimeProvider clock)
{
    private readonly List<PlaygroundMessage> _messages = [];
    private readonly StringBuilder _answer = new();
    private Generation? _generation;
    private long _startedAt;

    public IReadOnlyList<PlaygroundMessage> Messages => _messages;

    /// <summary>The answer so far.</summary>
    public string Answer => _answer.ToString();

    public bool IsBusy => _generation is not null;

    /// <summary>Why the last request was refused or failed, in words; null where it was not.</summary>
    public string? Problem { get; private set; }

    public int Tokens { get; private set; }

    public TimeSpan? FirstToken { get; private set; }

    /// <summary>From the first token to the last seen.</summary>
    public TimeSpan Generating { get; private set; }

    public GenerationOutcome? Outcome { get; private set; }

    /// <summary>Tokens a second after the first token; null before there are two.</summary>
    public double? TokensPerSecond => Tokens > 1 && Generating > TimeSpan.Zero ? (Tokens - 1) / Generating.TotalSeconds : null;

    /// <summary>Sends a message and gathers the answer until it ends; <paramref name="changed"/> is awaited whenever there is more.</summary>
    public async Task AskAsync(ServedModel model, string system, string text, int maxTokens, SamplingParameters sampling, Func<Task> changed)
    {
        Begin(text);
        GenerationRequest? request = Compose(model, system, maxTokens, sampling);
        if (request is null)
        {
            return;
        }
        if (model.Engine.TrySubmit(request, out _generation) is { } rejection)
        {
            Problem = rejection.Message;
            return;
        }
        await ReadAsync(_generation!, changed);
        Finish(_generation!.Outcome!);
    }

    public void Stop() => _generation?.Cancel();

    public void Clear()
    {
        Stop();
        _messages.Clear();
        _answer.Clear();
        Problem = null;
        Outcome = null;
        Tokens = 0;
    }

    private void Begin(string text)
    {
        _messages.Add(new PlaygroundMessage("user", text));
        _answer.Clear();
        Problem = null;
        Outcome = null;
        FirstToken = null;
        Generating = TimeSpan.Zero;
        Tokens = 0;
        _startedAt = clock.GetTimestamp();
    }

    private GenerationRequest? Compose(ServedModel model, string system, int maxTokens, SamplingParameters sampling)
    {
        try
        {
            bool chats = model.ChatTemplate is not null;
            string prompt = chats ? model.ChatTemplate!.Render(new ChatPrompt(ToJson(system))) : _messages[^1].Content;
            return new GenerationRequest
            {
                Id = $"playground-{Guid.NewGuid():N}",
                Tenant = "console",
                Prompt = model.Tokenizer.Encode(prompt, addSpecialTokens: !chats, parseSpecialTokens: chats),
                MaxNewTokens = maxTokens,
                Sampling = sampling,
            };
        }
        catch (ChatTemplateRejectedException refusal)
        {
            Problem = refusal.Message;
            return null;
        }
    }

    private JsonElement ToJson(string system)
    {
        IEnumerable<PlaygroundMessage> messages = system.Length > 0 ? [new PlaygroundMessage("system", system), .. _messages] : _messages;
        return JsonSerializer.SerializeToElement(messages.Select(message => new { role = message.Role, content = message.Content }));
    }

    private async Task ReadAsync(Generation generation, Func<Task> changed)
    {
        GenerationDelta delta = new();
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
            FirstToken ??= clock.GetElapsedTime(_startedAt);
            Generating = clock.GetElapsedTime(_startedAt) - FirstToken.Value;
            Tokens += delta.Tokens.Count;
            _answer.Append(Encoding.UTF8.GetString(delta.Text.Span));
            await changed();
        }
    }

    private void Finish(GenerationOutcome outcome)
    {
        _generation = null;
        Outcome = outcome;
        Problem = outcome.Error;
        _messages.Add(new PlaygroundMessage("assistant", Answer));
        _answer.Clear();
    }
}
