using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace TokenFactory.DemoModel;

/// <summary>
/// Lets TorchSharp's Linux library load on a system whose libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04).
/// </summary>
/// <remarks>
/// The library names version GLIBCXX_3.4.32 only for <c>std::ios_base_library_init</c>, an anchor for the linker that no code
/// calls. Marking that version as weak makes the dynamic loader accept its absence; every other requirement stays as it is.
/// The build's own copy is changed, never the package. Layout: System V ABI, "Symbol Versioning" (Elf64_Verneed, Elf64_Vernaux).
/// </remarks>
internal static class NativeLibraryRepair
{
    private const string Library = "runtimes/linux-x64/native/libLibTorchSharp.so";
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort Weak = 2;

    /// <summary>Repairs the copy beside the program. Must run before TorchSharp is first used; does nothing where it is not needed.</summary>
    public static void Apply()
    {
        string path = Path.Combine(AppContext.BaseDirectory, Library);
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || !File.Exists(path))
            return;
        byte[] image = File.ReadAllBytes(path);
        if (!MarkWeak(image, "GLIBCXX_3.4.32"))
            return;
        string next = path + ".next";
        File.WriteAllBytes(next, image);
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Sets the weak flag of <paramref name="version"/> in a 64-bit little-endian ELF image; false if nothing changed.</summary>
    internal static bool MarkWeak(Span<byte> image, string version)
    {
        if (!TryFindSection(image, VersionNeedSection, out int needs, out int link) || !TryFindSectionAt(image, link, out int names))
            return false;
        byte[] wanted = Encoding.ASCII.GetBytes(version + "\0");
        bool changed = false;
        for (int need = needs, step = 1; step != 0; need += step)
        {
            step = Int32(image, need + 12);
            int count = BinaryPrimitives.ReadUInt16LittleEndian(image[(need + 2)..]);
            for (int i = 0, entry = need + Int32(image, need + 8); i < count; i++, entry += Int32(image, entry + 12))
            {
                Span<byte> flags = image.Slice(entry + 4, 2);
                bool same = image[(names + Int32(image, entry + 8))..].StartsWith(wanted);
                if (!same || BinaryPrimitives.ReadUInt16LittleEndian(flags) == Weak)
                    continue;
                BinaryPrimitives.WriteUInt16LittleEndian(flags, Weak);
                changed = true;
            }
        }
        return changed;
    }

    private static bool TryFindSection(ReadOnlySpan<byte> image, uint type, out int offset, out int link)
    {
        int table = (int)BinaryPrimitives.ReadInt64LittleEndian(image[0x28..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3a..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3c..]);
        for (int header = table; header < table + (count * size); header += size)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(image[(header + 4)..]) != type)
                continue;
            offset = (int)BinaryPrimitives.ReadInt64LittleEndian(image[(header + 0x18)..]);
            link = table + (Int32(image, header + 0x28) * size);
            return true;
        }
        offset = link = 0;
        return false;
    }

    private static bool TryFindSectionAt(ReadOnlySpan<byte> image, int header, out int offset)
    {
        offset = (int)BinaryPrimitives.ReadInt64LittleEndian(image[(header + 0x18)..]);
        return offset > 0;
    }

    private static int Int32(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadInt32LittleEndian(image[offset..]);
}
