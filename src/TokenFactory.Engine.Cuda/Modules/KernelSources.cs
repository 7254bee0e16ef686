using System.Reflection;
using TokenFactory.Engine.Cuda.Interop.Nvrtc;

namespace TokenFactory.Engine.Cuda.Modules;

/// <summary>The kernels' sources, which are part of this assembly.</summary>
internal static class KernelSources
{
    private static readonly Assembly Assembly = typeof(KernelSources).Assembly;

    private static readonly Dictionary<string, string> Headers = Names(".cuh").ToDictionary(name => name, Read);

    /// <summary>The names of all kernels, which are also those of their functions.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Names(".cu").Select(name => Path.GetFileNameWithoutExtension(name)).Order(StringComparer.Ordinal)];

    public static KernelSource Find(string kernel) => new($"{kernel}.cu", Read($"{kernel}.cu"), Headers);

    private static IEnumerable<string> Names(string extension) => Assembly.GetManifestResourceNames().Where(name => name.EndsWith(extension, StringComparison.Ordinal));

    private static string Read(string name)
    {
        using StreamReader reader = new(Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"There is no kernel text {name}."));
        return reader.ReadToEnd();
    }
}
