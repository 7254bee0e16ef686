using System.Collections.Concurrent;
using System.Text;

namespace TokenFactory.Tests.Shared.Contract;

/// <summary>Keeps what passes through a client. Answers are handed on as they come, and kept once they have been read to their end.</summary>
internal sealed class ExchangeRecorder() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentQueue<Exchange> _exchanges = new();

    /// <summary>What was read to its end so far, in that order.</summary>
    public IReadOnlyList<Exchange> Exchanges => [.. _exchanges];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        Exchange exchange = new(
            request.Method.Method, request.RequestUri!.AbsolutePath, (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", "");
        StreamContent content = new(new CopyingStream(body, bytes => _exchanges.Enqueue(exchange with { Body = Encoding.UTF8.GetString(bytes) })));
        foreach ((string name, IEnumerable<string> values) in response.Content.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }
        response.Content = content;
        return response;
    }

    /// <summary>Reads another stream and keeps what it read.</summary>
    private sealed class CopyingStream(Stream source, Action<byte[]> atEnd) : Stream
    {
        private readonly MemoryStream _copy = new();
        private bool _hasEnded;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Keep(buffer.AsSpan(offset, source.Read(buffer, offset, count)), count);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await source.ReadAsync(buffer, cancellationToken);
            return Keep(buffer.Span[..read], buffer.Length);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                source.Dispose();
                _copy.Dispose();
            }
            base.Dispose(disposing);
        }

        /// <summary>Nothing read where something was asked for is the end.</summary>
        private int Keep(ReadOnlySpan<byte> read, int asked)
        {
            _copy.Write(read);
            if (read.IsEmpty && asked > 0 && !_hasEnded)
            {
                _hasEnded = true;
                atEnd(_copy.ToArray());
            }
            return read.Length;
        }
    }
}
