using System.Runtime.InteropServices;
using Iced.Intel;

namespace TokenFactory.Engine.Onnx.Kernels;

/// <summary>Assembled code in memory of its own, for the life of the process: first written, then made executable, never both at once.</summary>
internal static unsafe partial class CodeMemory
{
    private const int ReadWrite = 3;
    private const int ReadExecute = 5;
    private const int PrivateAnonymous = 0x22;
    private const int PageSize = 4096;

    /// <summary>Whether code can be placed on this system.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Assembles and returns the address of the first instruction.</summary>
    /// <exception cref="InsufficientMemoryException">The system refuses the memory, or refuses to run code in it.</exception>
    public static void* Place(Assembler assembler)
    {
        using MemoryStream code = new();
        assembler.Assemble(new StreamCodeWriter(code), 0);
        nuint bytes = (nuint)((code.Length + PageSize - 1) / PageSize * PageSize);
        void* memory = MMap(null, bytes, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)memory == -1)
        {
            throw new InsufficientMemoryException($"The system refused {bytes} bytes for assembled kernels.");
        }
        code.GetBuffer().AsSpan(0, (int)code.Length).CopyTo(new Span<byte>(memory, (int)code.Length));
        return MProtect(memory, bytes, ReadExecute) == 0
            ? memory
            : throw new InsufficientMemoryException("The system does not let this process run assembled code.");
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int MProtect(void* address, nuint length, int protection);
}
