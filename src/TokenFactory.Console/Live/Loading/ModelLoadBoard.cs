namespace TokenFactory.Web.Live.Loading;

/// <summary>Where loaders say how far they are, and pages read it. Safe for any thread.</summary>
public sealed class ModelLoadBoard(TimeProvider clock)
{
    /// <summary>Most loads shown; the oldest failures make room.</summary>
    public const int Capacity = 16;

    private readonly Lock _lock = new();
    private volatile Entry[] _entries = [];

    /// <summary>Raised after any change, on the thread that made it.</summary>
    public event Action? Changed;

    /// <summary>Loads under way and those that failed, oldest first.</summary>
    public IReadOnlyList<ModelLoad> Loads => [.. _entries.Select(entry => entry.Load)];

    /// <summary>Puts a load on the board; an earlier failure of the same model goes.</summary>
    public ModelLoadTicket Begin(string model, string? folder = null)
    {
        Entry entry = new(new ModelLoad(model, "Starting", null, null, clock.GetUtcNow()) { Folder = folder });
        lock (_lock)
        {
            Entry[] kept = [.. _entries.Where(other => other.Load.Failure is null || other.Load.Model != model), entry];
            while (kept.Length > Capacity)
            {
                int oldest = Math.Max(0, Array.FindIndex(kept, other => other.Load.Failure is not null));
                kept = [.. kept[..oldest], .. kept[(oldest + 1)..]];
            }
            _entries = kept;
        }
        Changed?.Invoke();
        return new ModelLoadTicket(this, entry);
    }

    /// <summary>Takes a failure off the board; one that goes on stays.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Dismiss(Guid id)
    {
        Entry? found = Array.Find(_entries, entry => entry.Load.Id == id && entry.Load.Failure is not null);
        if (found is not null)
        {
            Remove(found);
        }
        return found is not null;
    }

    internal void Update(Entry entry, Func<ModelLoad, ModelLoad> change)
    {
        lock (_lock)
        {
            entry.Load = change(entry.Load);
        }
        Changed?.Invoke();
    }

    internal void Remove(Entry entry)
    {
        lock (_lock)
        {
            _entries = [.. _entries.Where(other => other != entry)];
        }
        Changed?.Invoke();
    }

    /// <summary>A place on the board; what stands there is replaced whole.</summary>
    internal sealed class Entry(ModelLoad load)
    {
        private volatile ModelLoad _load = load;

        public ModelLoad Load
        {
            get => _load;
            set => _load = value;
        }
    }
}
