using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TokenFactory.Models.Hub;

/// <summary>Holds a downloaded file against what the hub says of it: SHA-256 for large files, the git blob's SHA-1 for others.</summary>
internal static class HubChecksum
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Whether the file is the one that the hub means; where the hub names no hash, its length decides.</summary>
    public static async Task<bool> MatchesAsync(string path, HubFile file, CancellationToken cancellation)
    {
        FileInfo info = new(path);
        if (!info.Exists || info.Length != file.Size)
        {
            return false;
        }
        return file switch
        {
            { Sha256: { } expected } => await HashAsync(path, HashAlgorithmName.SHA256, [], cancellation).ConfigureAwait(false) == expected,
            { GitHash: { } expected } => await HashAsync(path, HashAlgorithmName.SHA1, GitHeader(info.Length), cancellation).ConfigureAwait(false) == expected,
            _ => true,
        };
    }

    private static byte[] GitHeader(long length) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {length}\0"));

    private static async Task<string> HashAsync(string path, HashAlgorithmName algorithm, byte[] header, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(algorithm);
        hash.AppendData(header);
        await using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        byte[] buffer = new byte[BufferBytes];
        while (await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and int read)
        {
            hash.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
