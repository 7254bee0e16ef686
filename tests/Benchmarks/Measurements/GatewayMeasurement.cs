using System.Diagnostics;
using System.Net;
using TokenFactory.Benchmarks.Gateway;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// What everything but the model costs: the product in a process of its own, in Production, with a model that computes nothing. A chat
/// completion of one token at 1,500 requests a second, its whole time at the client, the engine's loop and the network's among it; then
/// what each of 2,000 streams holds of the server's memory while all of them run. Figures of requests are the medians of five rounds.
/// </summary>
internal static class GatewayMeasurement
{
    private const int RequestsPerSecond = 1500;
    private const int Connections = 32;
    private const int Rounds = 5;
    private const int Streams = 2000;
    private const int StreamTokens = 60;
    private const double MostBytes = 25 * 1024;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StreamStep = TimeSpan.FromMilliseconds(250);

    public static async Task<Measurement> RunAsync(string[] args)
    {
        (Round[] rounds, double cores) = await MeasureRequestsAsync();
        Round middle = new(Quantiles.Median(rounds.Select(one => one.P50)), Quantiles.Median(rounds.Select(one => one.P99)), Quantiles.Median(rounds.Select(one => one.P999)), Quantiles.Median(rounds.Select(one => one.Rate)), Quantiles.Median(rounds.Select(one => one.LateP99)));
        (double Live, double Resident, int Ended) streams = await MeasureStreamsAsync();
        return new Measurement(
            middle.P50 <= 0.4 && middle.P99 <= 1.5 && middle.Rate >= RequestsPerSecond * 0.98 && streams.Live <= MostBytes && streams.Ended == Streams,
            [
                ("requests a second", middle.Rate, "1/s"),
                ("a request at its client, p50", middle.P50, "ms"),
                ("a request at its client, p99", middle.P99, "ms"),
                ("a request at its client, p99, the worst round", rounds.Max(one => one.P99), "ms"),
                ("a request at its client, p99.9", middle.P999, "ms"),
                ("sent after its time, p99", middle.LateP99, "ms"),
                ("server's processor time", cores, "cores"),
                ("streams at once that ended as they should", streams.Ended, ""),
                ("live memory of a stream", streams.Live / 1024, "KB"),
                ("resident memory of a stream", streams.Resident / 1024, "KB"),
            ]);
    }

    private static async Task<(Round[] Rounds, double Cores)> MeasureRequestsAsync()
    {
        using GatewayProcess server = GatewayProcess.Start(TimeSpan.Zero);
        IPEndPoint address = await server.Address;
        using GatewayLoad load = new(address, server.Key, BodyOf(maxTokens: 1, stream: false), Connections);
        load.Run(RequestsPerSecond, WarmUp);
        TimeSpan before = server.ProcessorTime;
        long begun = Stopwatch.GetTimestamp();
        Round[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => RoundOf(load))];
        return (rounds, (server.ProcessorTime - before) / Stopwatch.GetElapsedTime(begun));
    }

    private static Round RoundOf(GatewayLoad load)
    {
        long begun = Stopwatch.GetTimestamp();
        (double[] took, double[] late) = load.Run(RequestsPerSecond, Time);
        return new Round(Quantiles.At(took, 0.5), Quantiles.At(took, 0.99), Quantiles.At(took, 0.999), took.Length / Stopwatch.GetElapsedTime(begun).TotalSeconds, Quantiles.At(late, 0.99));
    }

    private static async Task<(double Live, double Resident, int Ended)> MeasureStreamsAsync()
    {
        using GatewayProcess server = GatewayProcess.Start(StreamStep);
        IPEndPoint address = await server.Address;
        await RunStreamsAsync(address, server.Key, 50, 3, () => Task.CompletedTask);
        (long liveBefore, long residentBefore) = await server.ReadMemoryAsync();
        (long Live, long Resident) during = default;
        int ended = await RunStreamsAsync(address, server.Key, Streams, StreamTokens, async () => during = await server.ReadMemoryAsync());
        return ((during.Live - liveBefore) / (double)Streams, (during.Resident - residentBefore) / (double)Streams, ended);
    }

    /// <summary>Opens streams, does something once each has had a token and none has ended, and returns how many ended as they should.</summary>
    private static async Task<int> RunStreamsAsync(IPEndPoint address, string key, int streams, int tokens, Func<Task> meanwhile)
    {
        using CountdownEvent begun = new(streams);
        string body = BodyOf(tokens, stream: true);
        GatewayConnection[] connections = [.. Enumerable.Range(0, streams).Select(_ => new GatewayConnection(address, key, body))];
        int ended = 0;
        Task[] readers = [.. connections.Select(async connection =>
        {
            connection.Send();
            bool isFirst = true;
            bool isWhole = await connection.ReadEventsAsync(
                events =>
                {
                    if (isFirst && events > 1)
                    {
                        isFirst = false;
                        begun.Signal();
                    }
                },
                CancellationToken.None);
            Interlocked.Add(ref ended, isWhole ? 1 : 0);
        })];
        await Task.Run(() => begun.Wait(TimeSpan.FromMinutes(1)));
        if (ended > 0 && streams == Streams)
        {
            throw new InvalidOperationException("some streams ended before all had begun");
        }
        await meanwhile();
        await Task.WhenAll(readers);
        Array.ForEach(connections, connection => connection.Dispose());
        return ended;
    }

    private static string BodyOf(int maxTokens, bool stream) =>
        $$"""{"model":"demo","messages":[{"role":"system","content":"You are the console's guide. Answer in a sentence or two, and say where on the pages to look."},{"role":"user","content":"How many tokens does the factory make at the moment, which lane waits longest, and what would change if the batch policy had a larger budget?"}],"max_tokens":{{maxTokens}},"temperature":0,"stream":{{(stream ? "true" : "false")}}}""";

    /// <summary>Milliseconds of one round's requests, and requests a second.</summary>
    private readonly record struct Round(double P50, double P99, double P999, double Rate, double LateP99);
}
