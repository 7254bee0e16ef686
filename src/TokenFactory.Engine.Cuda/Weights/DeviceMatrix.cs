using TokenFactory.Engine.Cuda.Memory;

namespace TokenFactory.Engine.Cuda.Weights;

/// <summary>A matrix of weights on the device, [out, in]: elements, or E4M3 with a scale for each row.</summary>
/// <param name="numbers">The weights.</param>
/// <param name="scales">[out] of float, what a row's numbers are multiplied by; null for elements.</param>
internal sealed class DeviceMatrix(DeviceMemory numbers, DeviceMemory? scales = null) : IDisposable
{
    /// <summary>Address of the weights.</summary>
    public nint Value => numbers.Value;

    /// <summary>Address of the rows' scales; 0 where there are none.</summary>
    public nint Scales => scales?.Value ?? 0;

    public long Bytes => numbers.Bytes + (scales?.Bytes ?? 0);

    public void Dispose()
    {
        numbers.Dispose();
        scales?.Dispose();
    }
}
