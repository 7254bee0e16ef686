using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TokenFactory.Web.BrowserTests.Reconnecting;

/// <summary>A line between a browser and a server that can be cut and mended: what happens when a network goes away.</summary>
internal sealed class CuttableLine : IAsyncDisposable
{
    private readonly IPEndPoint _server;
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly IPEndPoint _here;
    private TcpListener _listener;

    public CuttableLine(Uri server)
    {
        _server = new IPEndPoint(IPAddress.Loopback, server.Port);
        _listener = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _here = (IPEndPoint)_listener.LocalEndpoint;
    }

    public Uri Address => new($"http://{_here}");

    /// <summary>Breaks every connection off and lets nobody in.</summary>
    public void Cut()
    {
        _listener.Stop();
        while (_open.TryTake(out Socket? socket))
        {
            socket.Close(0);
        }
    }

    /// <summary>Lets connections in again, at the same address.</summary>
    public void Mend() => _listener = Listen(_here);

    public ValueTask DisposeAsync()
    {
        Cut();
        return ValueTask.CompletedTask;
    }

    private TcpListener Listen(IPEndPoint here)
    {
        TcpListener listener = new(here);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        _ = AcceptAsync(listener);
        return listener;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await listener.AcceptSocketAsync());
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The line was cut.
        }
    }

    private async Task CarryAsync(Socket browser)
    {
        using Socket server = new(SocketType.Stream, ProtocolType.Tcp);
        _open.Add(browser);
        _open.Add(server);
        try
        {
            await server.ConnectAsync(_server);
            await Task.WhenAny(CopyAsync(browser, server), CopyAsync(server, browser));
        }
        catch (SocketException)
        {
            // The server is away.
        }
        browser.Close();
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // One end is gone; the other is closed with it.
        }
    }
}
