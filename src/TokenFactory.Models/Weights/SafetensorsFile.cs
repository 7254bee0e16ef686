using System.IO.MemoryMappedFiles;

namespace TokenFactory.Models.Weights;

/// <summary>One safetensors file, mapped read-only; its tensors are views into the mapping.</summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, TensorView> _tensors = [];
    private bool _disposed;

    private SafetensorsFile(string path, MemoryMappedFile mapping, MemoryMappedViewAccessor view, long length)
    {
        Path = path;
        Length = length;
        _mapping = mapping;
        _view = view;
    }

    public string Path { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    public IReadOnlyDictionary<string, TensorView> Tensors => _tensors;

    public static SafetensorsFile Open(string path)
    {
        FileInfo info = new(path);
        if (!info.Exists)
        {
            throw new ModelFormatException(path, null, "the file is missing; download the whole model");
        }
        if (info.Length < 8)
        {
            throw new ModelFormatException(path, null, $"the file has {info.Length} bytes, too few for a safetensors header; download it again");
        }
        MemoryMappedFile mapping = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            MemoryMappedViewAccessor view = mapping.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            SafetensorsFile file = new(path, mapping, view, info.Length);
            file.ReadHeader();
            return file;
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _mapping.Dispose();
        }
    }

    private void ReadHeader()
    {
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += _view.PointerOffset;
        int jsonLength = SafetensorsHeader.JsonLength(Path, new ReadOnlySpan<byte>(start, 8), Length);
        SafetensorsHeader header = SafetensorsHeader.Parse(Path, new ReadOnlySpan<byte>(start + 8, jsonLength), Length);
        foreach (TensorEntry entry in header.Entries)
        {
            _tensors.Add(entry.Name, new TensorView(Path, entry.Name, entry.Type, entry.Shape, start + header.DataStart + entry.Begin));
        }
    }
}
