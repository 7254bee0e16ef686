using TokenFactory.Engine.Onnx.Memory;

namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>Memory that one node at a time works in; it grows to the largest use.</summary>
internal sealed unsafe class OperatorScratch : IDisposable
{
    private NativeRegion? _region;

    /// <summary>At least so many bytes, whose content is of no account; the address holds until the next call.</summary>
    public byte* Take(long bytes)
    {
        if (_region is null || _region.ByteCount < bytes)
        {
            _region?.Dispose();
            _region = new NativeRegion(bytes);
        }
        return _region.Base;
    }

    public void Dispose() => _region?.Dispose();
}
