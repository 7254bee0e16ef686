using TokenFactory.Engine.Onnx.Fit;
using TokenFactory.Web.Components.Controls;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Serving.Fit;

/// <summary>Whether a model fits into the machine's memory, before it is loaded.</summary>
/// <param name="Options">How it would be loaded, with the KV memory that was left open filled in.</param>
/// <param name="Fit">What it takes.</param>
/// <param name="AvailableBytes">What the machine could still give without swapping.</param>
/// <param name="PromisedBytes">KV memory of models that serve, which they have not filled yet and may.</param>
/// <param name="Remedies">Changes that make it fit, in words with their numbers; empty where it does, or where none helps.</param>
public sealed record FitReport(ModelOptions Options, MemoryFit Fit, long AvailableBytes, long PromisedBytes, IReadOnlyList<string> Remedies)
{
    public long FreeBytes => Math.Max(0, AvailableBytes - PromisedBytes);

    /// <summary>What is left when its KV memory is full; below 0: what is missing.</summary>
    public long LeftBytes => FreeBytes - Fit.TotalBytes;

    public bool Fits => LeftBytes >= 0;

    /// <summary>Why it is refused, with numbers and what to do.</summary>
    public string Refusal =>
        $"It needs {Bytes.Text(Fit.TotalBytes)} and {Bytes.Text(FreeBytes)} can be had: {Bytes.Text(-LeftBytes)} are missing. "
        + (Remedies.Count > 0 ? $"It would fit {string.Join(", or ", Remedies)}." : "Unload another model, or take a smaller one.")
        + " To load it all the same, say so.";
}
