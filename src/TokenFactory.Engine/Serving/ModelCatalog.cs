namespace TokenFactory.Engine.Serving;

/// <summary>The models that serve, by name. Safe for any thread; readers see a list that does not change under them.</summary>
public sealed class ModelCatalog
{
    private readonly Lock _lock = new();
    private volatile ServedModel[] _models = [];

    /// <summary>Raised after a model was added or removed, on the thread that did it.</summary>
    public event Action? Changed;

    /// <summary>The models in the order they were added; the first serves requests that name none.</summary>
    public IReadOnlyList<ServedModel> Models => _models;

    public ServedModel? Find(string name) => Array.Find(_models, model => model.Name == name);

    /// <summary>Adds a model.</summary>
    /// <exception cref="ArgumentException">Another model serves under this name.</exception>
    public void Add(ServedModel model)
    {
        lock (_lock)
        {
            if (Find(model.Name) is not null)
            {
                throw new ArgumentException($"A model named {model.Name} serves already; give this one another name.", nameof(model));
            }
            _models = [.. _models, model];
        }
        Changed?.Invoke();
    }

    /// <summary>Takes a model out of the list and returns it; its engine goes on until it is disposed of.</summary>
    public ServedModel? Remove(string name)
    {
        ServedModel? removed;
        lock (_lock)
        {
            removed = Find(name);
            if (removed is null)
            {
                return null;
            }
            _models = [.. _models.Where(model => model != removed)];
        }
        Changed?.Invoke();
        return removed;
    }
}
