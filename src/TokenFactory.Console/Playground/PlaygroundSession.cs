using System.Text.Json;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;

namespace TokenFactory.Web.Playground;

/// <summary>A turn of a conversation.</summary>
/// <param name="Role">user or assistant.</param>
/// <param name="Content">Its text.</param>
public sealed record PlaygroundTurn(string Role, string Content)
{
    public const string User = "user";
    public const string Assistant = "assistant";
}

/// <summary>One person's playground: a conversation with models of this process, and the answer under way. For one thread at a time.</summary>
/// <param name="clock">Measures runs.</param>
/// <param name="changed">Called whenever there is more to see.</param>
public sealed class PlaygroundSession(TimeProvider clock, Action changed)
{
    private readonly List<PlaygroundTurn> _turns = [];

    /// <summary>The conversation; the answer under way is not yet part of it.</summary>
    public IReadOnlyList<PlaygroundTurn> Turns => _turns;

    /// <summary>The newest answer; null before the first.</summary>
    public PlaygroundRun? Run { get; private set; }

    public bool IsBusy => Run is { IsOver: false };

    /// <summary>Whether there is a question whose answer can be had again, or for the first time.</summary>
    public bool CanAnswerAgain => !IsBusy && _turns.Exists(turn => turn.Role == PlaygroundTurn.User);

    /// <summary>Adds a question and has it answered.</summary>
    public Task AskAsync(ServedModel model, PlaygroundSettings settings, string text)
    {
        _turns.Add(new PlaygroundTurn(PlaygroundTurn.User, text));
        return AnswerAsync(model, settings);
    }

    /// <summary>Has the last question answered again; its answer, if it had one, is dropped.</summary>
    public Task AnswerAgainAsync(ServedModel model, PlaygroundSettings settings)
    {
        int answer = _turns.FindLastIndex(turn => turn.Role == PlaygroundTurn.User) + 1;
        _turns.RemoveRange(answer, _turns.Count - answer);
        return AnswerAsync(model, settings);
    }

    /// <summary>Goes on with a text.</summary>
    public Task CompleteAsync(ServedModel model, PlaygroundSettings settings, string prompt)
    {
        Run = new PlaygroundRun(clock, changed);
        return Run.GoAsync(model.Engine, Compose(model, settings, model.Tokenizer.Encode(prompt, addSpecialTokens: true, parseSpecialTokens: false)));
    }

    /// <summary>Takes a question and all that follows out of the conversation, to be asked otherwise.</summary>
    /// <returns>Its text.</returns>
    public string TakeBack(int turn)
    {
        string text = _turns[turn].Content;
        _turns.RemoveRange(turn, _turns.Count - turn);
        Run = null;
        return text;
    }

    public void Stop() => Run?.Stop();

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Stop();
        _turns.Clear();
        Run = null;
    }

    private async Task AnswerAsync(ServedModel model, PlaygroundSettings settings)
    {
        PlaygroundRun run = Run = new PlaygroundRun(clock, changed);
        if (model.ChatTemplate is not { } template)
        {
            run.Refuse($"{model.Name} has no chat template. Choose the mode Completion.");
            return;
        }
        int[] prompt;
        try
        {
            prompt = model.Tokenizer.Encode(template.Render(new ChatPrompt(ToJson(settings.System))), addSpecialTokens: false, parseSpecialTokens: true);
        }
        catch (ChatTemplateRejectedException refusal)
        {
            run.Refuse($"The chat template of {model.Name} refuses the conversation: {refusal.Message}");
            return;
        }
        await run.GoAsync(model.Engine, Compose(model, settings, prompt));

        // Somebody may have cleared the conversation meanwhile.
        if (Run == run && run.Text.Length > 0)
        {
            _turns.Add(new PlaygroundTurn(PlaygroundTurn.Assistant, run.Text));
        }
    }

    private static GenerationRequest Compose(ServedModel model, PlaygroundSettings settings, int[] prompt) => new()
    {
        Id = $"playground-{Guid.NewGuid():N}",
        Tenant = "console",
        Prompt = prompt,
        MaxNewTokens = settings.MaxTokens,
        Sampling = settings.ToSampling(model.Defaults),
        StopStrings = settings.StopStrings,
    };

    private JsonElement ToJson(string system)
    {
        IEnumerable<PlaygroundTurn> turns = system.Length > 0 ? [new PlaygroundTurn("system", system), .. _turns] : _turns;
        return JsonSerializer.SerializeToElement(turns.Select(turn => new { role = turn.Role, content = turn.Content }));
    }
}
