namespace TokenFactory.DemoModel.Training;

/// <summary>What a training run is asked to do.</summary>
/// <param name="Folder">Where the corpus, the tokenizer and the checkpoint lie.</param>
/// <param name="Minutes">The length of the whole training over all runs; the learning rate falls over it.</param>
/// <param name="StopAfter">Minutes after which this run stops, whatever the whole length.</param>
/// <param name="Rows">Rows of a batch.</param>
/// <param name="Context">Tokens of a row.</param>
/// <param name="PeakRate">The highest learning rate.</param>
/// <param name="Publish">A folder that gets a usable copy of the model every few minutes, or null.</param>
internal sealed record TrainingOptions(
    string Folder, double Minutes, double StopAfter, int Rows, int Context, double PeakRate, string? Publish);
