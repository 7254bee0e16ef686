using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TokenFactory.Benchmarks.Gateway;

/// <summary>One client on a connection of its own, as lean as a client can be, so that what is measured is the server's. Not for several threads.</summary>
internal sealed class GatewayConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _length;

    public GatewayConnection(IPEndPoint address, string key, string body)
    {
        _request = Encoding.UTF8.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        _socket.Connect(address);
    }

    /// <summary>Sends the request.</summary>
    public void Send()
    {
        _length = 0;
        _socket.Send(_request);
    }

    /// <summary>Blocks until the whole answer is there.</summary>
    /// <exception cref="InvalidOperationException">It is no 200.</exception>
    public void Receive()
    {
        int end = -1;
        while (end < 0 || _length < end)
        {
            int read = _socket.Receive(_buffer.AsSpan(_length));
            if (read == 0)
            {
                throw new InvalidOperationException("the server closed the connection");
            }
            _length += read;
            end = end < 0 ? FindEnd() : end;
        }
    }

    /// <summary>Reads a stream of events until it ends, or the action says that it is enough.</summary>
    /// <param name="heard">Told how many events have come, each time some have.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Whether the stream ended as streams do.</returns>
    public async Task<bool> ReadEventsAsync(Action<int> heard, CancellationToken cancellation)
    {
        int events = 0;
        byte[] last = [];
        while (true)
        {
            int read = await _socket.ReceiveAsync(_buffer, cancellation);
            if (read == 0)
            {
                return false;
            }
            ReadOnlySpan<byte> text = _buffer.AsSpan(0, read);
            events += text.Count("data: "u8);
            heard(events);
            // The mark may be cut in two.
            last = [.. last.AsSpan(Math.Max(0, last.Length - 32)), .. text];
            if (last.AsSpan().IndexOf("[DONE]"u8) >= 0)
            {
                return true;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Bytes of the whole answer; -1 while its head is not there.</summary>
    private int FindEnd()
    {
        ReadOnlySpan<byte> text = _buffer.AsSpan(0, _length);
        int head = text.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return -1;
        }
        if (!text.StartsWith("HTTP/1.1 200"u8))
        {
            throw new InvalidOperationException($"the server answered: {Encoding.UTF8.GetString(text)}");
        }
        ReadOnlySpan<byte> name = "Content-Length: "u8;
        int length = text[..head].IndexOf(name);
        if (length < 0)
        {
            throw new InvalidOperationException($"the answer does not say its length: {Encoding.UTF8.GetString(text[..head])}");
        }
        ReadOnlySpan<byte> digits = text[(length + name.Length)..head];
        int line = digits.IndexOf((byte)'\r');
        return head + 4 + int.Parse(line < 0 ? digits : digits[..line], CultureInfo.InvariantCulture);
    }
}
