using System.Buffers;
using System.IO.Pipelines;

namespace TokenFactory.Api.Batches;

/// <summary>Reads a file of lines one by one; at most one line is in memory, and of a line beyond the bound nothing.</summary>
internal sealed class InputReader : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly PipeReader _reader;
    private readonly int _mostBytes;
    private int _number;
    private bool _isSkipping;

    /// <param name="content">The file; it is disposed of with this.</param>
    /// <param name="mostBytes">Longest line without its end.</param>
    public InputReader(Stream content, int mostBytes)
    {
        _reader = PipeReader.Create(content, new StreamPipeReaderOptions(bufferSize: BufferBytes, minimumReadSize: BufferBytes / 2));
        _mostBytes = mostBytes;
    }

    public static InputReader Open(string path, int mostBytes) => new(
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan), mostBytes);

    /// <summary>The next line that is not blank; null at the end.</summary>
    public async ValueTask<InputLine?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync(cancellation);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                InputLine line = Take(buffer.Slice(0, end));
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                if (line.IsTooLong || !IsBlank(line.Bytes))
                {
                    return line;
                }
            }
            else if (result.IsCompleted)
            {
                bool isNothing = buffer.IsEmpty && !_isSkipping;
                InputLine last = isNothing ? default : Take(buffer);
                _reader.AdvanceTo(buffer.End);
                return isNothing || (!last.IsTooLong && IsBlank(last.Bytes)) ? null : last;
            }
            else if (buffer.Length > _mostBytes + 1L)
            {
                _isSkipping = true;
                _reader.AdvanceTo(buffer.End);
            }
            else
            {
                _reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    public ValueTask DisposeAsync() => _reader.CompleteAsync();

    private InputLine Take(ReadOnlySequence<byte> bytes)
    {
        _number++;
        bool isTooLong = _isSkipping;
        _isSkipping = false;
        if (isTooLong || bytes.Length > _mostBytes + 1L)
        {
            return new InputLine(_number, [], true);
        }
        byte[] line = bytes.ToArray();
        ReadOnlySpan<byte> text = line;
        text = text.EndsWith("\r"u8) ? text[..^1] : text;
        text = _number == 1 && text.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text;
        return text.Length > _mostBytes ? new InputLine(_number, [], true) : new InputLine(_number, text.Length == line.Length ? line : text.ToArray(), false);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;
}
