using System.Security.Cryptography;
using System.Text;
using TokenFactory.Engine.Cuda.Interop.Nvrtc;

namespace TokenFactory.Engine.Cuda.Modules;

/// <summary>
/// Compiled kernels on disk, by a hash over all that makes them: texts, architecture, constants and the compiler's version. A file that is
/// there is whole: it is written beside its place and moved there.
/// </summary>
/// <param name="folder">Where they lie; made when it is needed. Null keeps nothing.</param>
internal sealed class KernelCache(string? folder)
{
    /// <summary>A kernel's image, from the disk or the compiler.</summary>
    /// <exception cref="KernelCompilationException">The compiler refuses the source.</exception>
    public byte[] Get(KernelSource source, string architecture, IReadOnlyList<string> constants)
    {
        if (folder is null)
        {
            return KernelCompiler.Compile(source, architecture, constants).Image;
        }
        string path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(source.Name)}-{architecture}-{HashOf(source, architecture, constants)}.bin");
        if (File.Exists(path))
        {
            return File.ReadAllBytes(path);
        }
        byte[] image = KernelCompiler.Compile(source, architecture, constants).Image;
        Directory.CreateDirectory(folder);
        string part = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllBytes(part, image);
        File.Move(part, path, overwrite: true);
        return image;
    }

    private static string HashOf(KernelSource source, string architecture, IReadOnlyList<string> constants)
    {
        StringBuilder all = new();
        all.Append(KernelCompiler.Version).Append('\0').Append(architecture).Append('\0').AppendJoin('\0', constants).Append('\0').Append(source.Text);
        foreach ((string name, string text) in source.Headers.OrderBy(header => header.Key, StringComparer.Ordinal))
        {
            all.Append('\0').Append(name).Append('\0').Append(text);
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())))[..24];
    }
}
