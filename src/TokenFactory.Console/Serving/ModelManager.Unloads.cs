using TokenFactory.Engine.Serving;
using TokenFactory.Web.Serving.Unloads;

namespace TokenFactory.Web.Serving;

/// <summary>How models cease to serve: new requests are refused, those in the engine come to their end, then the memory is given back.</summary>
internal sealed partial class ModelManager
{
    /// <summary>Begins to drain a model; it goes when nothing is left in it.</summary>
    /// <exception cref="ModelOperationException">No such model serves, or it drains already.</exception>
    public ModelUnload BeginUnload(string name)
    {
        ModelUnload unload;
        lock (_lock)
        {
            ServedModel model = catalog.Find(name) ?? throw NotServing(name);
            if (_unloads.Exists(one => one.Model == model))
            {
                throw new ModelOperationException(ModelOperationProblem.Conflict, $"{name} drains already.");
            }
            unload = new ModelUnload(model, clock.GetUtcNow());
            _unloads.Add(unload);
            unload.Done = FinishAsync(unload, model.DrainAsync());
        }
        UnloadsChanged?.Invoke();
        return unload;
    }

    /// <summary>Calls an unload off: the model takes requests again.</summary>
    /// <exception cref="ModelOperationException">The model does not drain, or is gone.</exception>
    public void Resume(string name)
    {
        lock (_lock)
        {
            ModelUnload unload = FindUnload(name);
            _unloads.Remove(unload);
            unload.Model.Resume();
        }
        UnloadsChanged?.Invoke();
    }

    /// <summary>Cancels what is left in a model that drains; it goes within some steps.</summary>
    /// <returns>How many requests were cancelled.</returns>
    /// <exception cref="ModelOperationException">The model does not drain, or is gone.</exception>
    public async Task<int> EndNowAsync(string name)
    {
        ModelUnload unload;
        lock (_lock)
        {
            unload = FindUnload(name);
            unload.IsEnding = true;
        }
        UnloadsChanged?.Invoke();
        return await unload.CancelAllAsync().ConfigureAwait(false);
    }

    private async Task FinishAsync(ModelUnload unload, Task drained)
    {
        await drained.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (_lock)
        {
            // Called off meanwhile: the model serves on.
            if (!_unloads.Contains(unload))
            {
                return;
            }
            catalog.Remove(unload.Model.Name);
        }
        unload.Model.Dispose();
        // The graph's bytes and the tokenizer's tables are large and old; the next load is not to find them here.
        GC.Collect();
        lock (_lock)
        {
            _unloads.Remove(unload);
        }
        LogUnloaded(unload.Model.Name, (clock.GetUtcNow() - unload.Since).TotalSeconds);
        UnloadsChanged?.Invoke();
    }

    private ModelUnload FindUnload(string name)
    {
        ServedModel model = catalog.Find(name) ?? throw NotServing(name);
        return _unloads.Find(unload => unload.Model == model)
            ?? throw new ModelOperationException(ModelOperationProblem.Conflict, $"{name} is not being unloaded.");
    }

    private static ModelOperationException NotServing(string name) => new(ModelOperationProblem.NotFound, $"No model named {name} serves.");

    [LoggerMessage(LogLevel.Information, "Model {Model} unloaded after {Seconds:F1} s.")]
    private partial void LogUnloaded(string model, double seconds);
}
