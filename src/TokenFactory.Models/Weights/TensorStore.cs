namespace TokenFactory.Models.Weights;

/// <summary>
/// All tensors of a model folder: one <c>model.safetensors</c>, or shards named by <c>model.safetensors.index.json</c>. Files are
/// mapped, not read: only touched pages cost memory, and the system may drop them. Tensors die with the store.
/// </summary>
public sealed class TensorStore : IDisposable
{
    private readonly Dictionary<string, SafetensorsFile> _files = [];
    private readonly Dictionary<string, TensorView> _tensors = [];

    private TensorStore(string source) => Source = source;

    /// <summary>Path of the index, or of the single file: what a complaint about a missing tensor names.</summary>
    public string Source { get; }

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Paths of all files, in the order of their names.</summary>
    public IEnumerable<string> Files => _files.Values.Select(file => file.Path).Order(StringComparer.Ordinal);

    /// <summary>Bytes of all files.</summary>
    public long ByteCount => _files.Values.Sum(file => file.Length);

    /// <summary>Opens the weights of a folder and checks every header. Throws <see cref="ModelFormatException"/>.</summary>
    public static TensorStore Open(string folder)
    {
        string index = Path.Combine(folder, ShardIndex.FileName);
        string single = Path.Combine(folder, "model.safetensors");
        TensorStore store = new(File.Exists(index) && !File.Exists(single) ? index : single);
        try
        {
            if (store.Source == index)
            {
                store.AddShards(folder, ShardIndex.Read(index));
            }
            else
            {
                store.AddSingle(folder, single);
            }
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    public bool TryGet(string name, out TensorView tensor) => _tensors.TryGetValue(name, out tensor!);

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files.Values)
        {
            file.Dispose();
        }
        _tensors.Clear();
    }

    private void AddSingle(string folder, string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelFormatException(
                folder, null, $"holds neither model.safetensors nor {ShardIndex.FileName}; only safetensors weights are supported");
        }
        foreach ((string name, TensorView tensor) in OpenFile(path).Tensors)
        {
            _tensors.Add(name, tensor);
        }
    }

    private void AddShards(string folder, Dictionary<string, string> shards)
    {
        foreach ((string name, string shard) in shards)
        {
            string path = Path.Combine(folder, shard);
            SafetensorsFile file = _files.TryGetValue(shard, out SafetensorsFile? open) ? open : OpenFile(path);
            _tensors[name] = file.Tensors.TryGetValue(name, out TensorView? tensor)
                ? tensor
                : throw new ModelFormatException(path, name, $"the tensor is missing, though {ShardIndex.FileName} places it here; download the shard again");
        }
    }

    private SafetensorsFile OpenFile(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        _files.Add(Path.GetFileName(path), file);
        return file;
    }
}
