using System.Globalization;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Playground;

namespace TokenFactory.Web.Components.Pages;

/// <summary>A conversation with a model of this process, with its parameters and its rates.</summary>
public sealed partial class Playground
{
    // Renders a second at most: an answer may gain hundreds of tokens in that time.
    private const int RendersPerSecond = 15;

    private PlaygroundSession _session = null!;
    private string? _model;
    private string _text = "";
    private string _system = "";
    private float _temperature = 0.7f;
    private float _topP = 0.95f;
    private int _topK;
    private int _maxTokens = 256;
    private long? _seed;
    private long _renderedAt;

    private ServedModel? Model => (_model is null ? null : Catalog.Find(_model)) ?? (Catalog.Models.Count > 0 ? Catalog.Models[0] : null);

    public void Dispose()
    {
        Catalog.Changed -= OnCatalogChanged;
        _session.Stop();
    }

    protected override void OnInitialized()
    {
        _session = new PlaygroundSession(Clock);
        Catalog.Changed += OnCatalogChanged;
    }

    private static string Milliseconds(TimeSpan? time) => time is { } value ? value.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture) : "–";

    private void OnCatalogChanged() => _ = InvokeAsync(StateHasChanged);

    private async Task SendAsync()
    {
        if (Model is not { } model)
        {
            return;
        }
        string text = _text;
        _text = "";
        SamplingParameters sampling = model.Defaults with { Temperature = _temperature, TopP = _topP, TopK = _topK, Seed = _seed };
        await _session.AskAsync(model, _system, text, _maxTokens, sampling, ShowAsync);
    }

    private Task ShowAsync()
    {
        if (Clock.GetElapsedTime(_renderedAt).TotalSeconds < 1.0 / RendersPerSecond)
        {
            return Task.CompletedTask;
        }
        _renderedAt = Clock.GetTimestamp();
        return InvokeAsync(StateHasChanged);
    }
}
