using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>
/// The chain through the ledger's rows: each row's hash covers the row and the hash before it, each day begins with the head of the
/// day before. A row that is altered, removed or put in breaks it.
/// </summary>
internal static class LedgerChain
{
    public const int HashBytes = 32;

    /// <summary>What the first day begins with.</summary>
    public static byte[] Genesis => new byte[HashBytes];

    /// <summary>The hash of a row after <paramref name="previous"/>.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> previous, UsageRow row)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        Add(hash, row.Day);
        Add(hash, row.Position);
        Add(hash, row.IdempotencyKey);
        Add(hash, row.RequestId);
        Add(hash, row.TenantId);
        Add(hash, row.Tenant);
        Add(hash, row.KeyId);
        Add(hash, row.Model);
        Add(hash, row.Device);
        Add(hash, row.Lane);
        Add(hash, row.Feature ?? "");
        Add(hash, row.PromptTokens);
        Add(hash, row.CachedTokens);
        Add(hash, row.GeneratedTokens);
        Add(hash, row.QueueTicks);
        Add(hash, row.ComputeTicks);
        Add(hash, row.Joules is { } joules ? BitConverter.DoubleToInt64Bits(joules) : long.MinValue);
        Add(hash, row.Outcome);
        Add(hash, row.ArrivedAt.UtcTicks);
        Add(hash, row.EndedAt.UtcTicks);
        return hash.GetHashAndReset();
    }

    /// <summary>The day of an instant in UTC, as yyyymmdd.</summary>
    public static int DayOf(DateTimeOffset instant) => (instant.UtcDateTime.Year * 10_000) + (instant.UtcDateTime.Month * 100) + instant.UtcDateTime.Day;

    private static void Add(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Add(IncrementalHash hash, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        hash.AppendData(bytes);
    }

    /// <summary>Length first, so that no two lists of texts read the same.</summary>
    private static void Add(IncrementalHash hash, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Add(hash, utf8.Length);
        hash.AppendData(utf8);
    }
}
