using System.Buffers.Text;

namespace TokenFactory.Api.Batches;

/// <summary>
/// A file that answers are appended to. What a crash left of a line that was being written is cut off when the file is opened: the
/// first line that is not whole, and everything after it.
/// </summary>
internal sealed class AnswerFile : IDisposable
{
    private const int NumberDigits = 8;
    private const int BufferBytes = 64 * 1024;

    private readonly FileStream _file;

    private AnswerFile(FileStream file) => _file = file;

    /// <summary>Whole lines.</summary>
    public int Lines { get; private set; }

    /// <summary>Length of the whole lines.</summary>
    public long Bytes { get; private set; }

    /// <summary>Opens or makes the file, and repairs it.</summary>
    /// <param name="path">Where.</param>
    /// <param name="head">What every line begins with, up to its number of 8 hexadecimal digits.</param>
    /// <param name="onLine">Hears the number of each whole line.</param>
    public static AnswerFile Open(string path, byte[] head, Action<int> onLine)
    {
        AnswerFile opened = new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0));
        try
        {
            opened.Read(head, onLine);
            opened._file.SetLength(opened.Bytes);
            opened._file.Position = opened.Bytes;
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Appends lines, and returns once they are on the disk. Where that fails, none of them is in the file.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }
        try
        {
            long length = Bytes;
            foreach (ReadOnlyMemory<byte> line in lines)
            {
                _file.Write(line.Span);
                length += line.Length;
            }
            _file.Flush(flushToDisk: true);
            Bytes = length;
            Lines += lines.Count;
        }
        catch (IOException)
        {
            _file.SetLength(Bytes);
            _file.Position = Bytes;
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private void Read(byte[] head, Action<int> onLine)
    {
        byte[] buffer = new byte[BufferBytes];
        byte[] start = new byte[head.Length + NumberDigits];
        long length = 0;
        byte last = 0;
        int read;
        while ((read = _file.Read(buffer)) > 0)
        {
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, read);
            while (!rest.IsEmpty)
            {
                int end = rest.IndexOf((byte)'\n');
                ReadOnlySpan<byte> piece = end < 0 ? rest : rest[..end];
                int known = (int)Math.Min(length, start.Length);
                piece[..Math.Min(piece.Length, start.Length - known)].CopyTo(start.AsSpan(known));
                length += piece.Length;
                last = piece.IsEmpty ? last : piece[^1];
                rest = rest[piece.Length..];
                if (end < 0)
                {
                    continue;
                }
                if (length < start.Length || last != '}' || !start.AsSpan().StartsWith(head) || !TryReadNumber(start.AsSpan(head.Length), out int number))
                {
                    return;
                }
                onLine(number);
                Lines++;
                Bytes += length + 1;
                length = 0;
                rest = rest[1..];
            }
        }
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> digits, out int number) =>
        Utf8Parser.TryParse(digits, out number, out int used, 'x') && used == NumberDigits;
}
