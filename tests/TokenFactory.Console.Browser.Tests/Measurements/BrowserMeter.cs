using System.Text.Json;
using Microsoft.Playwright;

namespace TokenFactory.Web.BrowserTests.Measurements;

/// <summary>What a tab receives and holds, by the browser's own debugger.</summary>
internal sealed class BrowserMeter
{
    private readonly ICDPSession _session;
    private long _bytes;

    private BrowserMeter(ICDPSession session) => _session = session;

    /// <summary>Bytes received over WebSockets since the start, uncompressed; counting begins with sockets that are opened later.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public static async Task<BrowserMeter> AttachAsync(IPage page, bool countsBytes = true)
    {
        ICDPSession session = await page.Context.NewCDPSessionAsync(page);
        BrowserMeter meter = new(session);
        if (countsBytes)
        {
            session.Event("Network.webSocketFrameReceived").OnEvent += (_, frame) => meter.Count(frame!.Value.GetProperty("response"));
            await session.SendAsync("Network.enable");
        }
        await session.SendAsync("Performance.enable");
        return meter;
    }

    /// <summary>The JavaScript heap in bytes and the document's nodes, after what is garbage was collected.</summary>
    public async Task<(double HeapBytes, double Nodes)> ReadAsync()
    {
        await _session.SendAsync("HeapProfiler.collectGarbage");
        JsonElement metrics = (await _session.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics");
        Dictionary<string, double> values = metrics.EnumerateArray().ToDictionary(metric => metric.GetProperty("name").GetString()!, metric => metric.GetProperty("value").GetDouble());
        return (values["JSHeapUsedSize"], values["Nodes"]);
    }

    private void Count(JsonElement response)
    {
        int length = response.GetProperty("payloadData").GetString()!.Length;
        // Binary frames arrive in base64.
        Interlocked.Add(ref _bytes, response.GetProperty("opcode").GetInt32() == 2 ? length * 3L / 4 : length);
    }
}
