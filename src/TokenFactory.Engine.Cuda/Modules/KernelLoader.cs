namespace TokenFactory.Engine.Cuda.Modules;

/// <summary>Compiles and loads the kernels of one device and one type of elements.</summary>
/// <param name="cache">Where compiled kernels are kept.</param>
/// <param name="architecture">The device's: <c>sm_90a</c>.</param>
/// <param name="isHalf">Whether elements are fp16; else they are bf16.</param>
internal sealed class KernelLoader(KernelCache cache, string architecture, bool isHalf)
{
    public bool IsHalf => isHalf;

    /// <summary>A kernel for this device, in the current context.</summary>
    /// <param name="name">One of <see cref="KernelSources.All"/>.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="constants">Macros beside that of the elements' type.</param>
    public Kernel Load(string name, int sharedBytes = 0, params IEnumerable<string> constants)
    {
        string[] all = isHalf ? ["ELEMENT_F16", .. constants] : [.. constants];
        return new Kernel(name, cache.Get(KernelSources.Find(name), architecture, all), sharedBytes);
    }
}
