using TokenFactory.Engine.Loading;
using TokenFactory.Web.Components.Controls;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Backends;

namespace TokenFactory.Web.Serving.Fit;

/// <summary>Whether a model fits into the memory of what would compute it, before it is loaded.</summary>
/// <param name="Options">How it would be loaded, with the KV memory that was left open filled in.</param>
/// <param name="Device">Where it would be computed.</param>
/// <param name="Fit">What it takes.</param>
/// <param name="Available">What could be had.</param>
/// <param name="Remedies">Changes that make it fit, in words with their numbers; empty where it does, or where none helps.</param>
public sealed record FitReport(ModelOptions Options, ModelDevice Device, MemoryFit Fit, AvailableMemory Available, IReadOnlyList<string> Remedies)
{
    public long FreeBytes => Math.Max(0, Available.Bytes - Available.PromisedBytes);

    /// <summary>What is left when its KV memory is full; below 0: what is missing.</summary>
    public long LeftBytes => FreeBytes - Fit.TotalBytes;

    public bool Fits => LeftBytes >= 0;

    /// <summary>Why it is refused, with numbers and what to do.</summary>
    public string Refusal =>
        $"It needs {Bytes.Text(Fit.TotalBytes)} and {Bytes.Text(FreeBytes)} of {Available.Where} can be had: {Bytes.Text(-LeftBytes)} are missing. "
        + (Remedies.Count > 0 ? $"It would fit {string.Join(", or ", Remedies)}." : "Unload another model, or take a smaller one.")
        + " To load it all the same, say so.";
}
