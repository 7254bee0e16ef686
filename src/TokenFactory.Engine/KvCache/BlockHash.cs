using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace TokenFactory.Engine.KvCache;

/// <summary>
/// Names a KV block by everything its contents depend on: the blocks before it, its tokens, the model and the adapter. SHA-256 cut to
/// 128 bits, so that no tenant can craft a prompt whose block passes for another's.
/// </summary>
public static class BlockHash
{
    /// <summary>The parent of a sequence's first block.</summary>
    /// <param name="model">What computes the keys and values: the model's weights and precision.</param>
    /// <param name="salt">Keeps apart what must not be shared, for instance tenants that asked for it; empty to share.</param>
    public static UInt128 Root(string model, string salt = "") => Shorten(SHA256.HashData(Encoding.UTF8.GetBytes($"{model}\n{salt}")));

    /// <summary>The hash of a full block. Allocates nothing.</summary>
    /// <param name="parent">Hash of the block before it, or the root.</param>
    /// <param name="tokens">The block's tokens, exactly one block.</param>
    public static UInt128 Of(UInt128 parent, ReadOnlySpan<int> tokens)
    {
        Span<byte> input = stackalloc byte[16 + (tokens.Length * sizeof(int))];
        BinaryPrimitives.WriteUInt128LittleEndian(input, parent);
        MemoryMarshal.AsBytes(tokens).CopyTo(input[16..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, digest);
        return Shorten(digest);
    }

    private static UInt128 Shorten(ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadUInt128LittleEndian(digest);
}
