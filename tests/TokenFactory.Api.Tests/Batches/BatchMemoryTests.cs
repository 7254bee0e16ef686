using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TokenFactory.Tests.Shared;
using Xunit;
using static TokenFactory.Api.Tests.Batches.BatchCalls;

namespace TokenFactory.Api.Tests.Batches;

/// <summary>The largest batch there is, in memory that does not grow with it.</summary>
[Collection(Alone.Name)]
public sealed class BatchMemoryTests
{
    private const int Total = 50_000;
    private const int LineBytes = 1500;

    /// <summary>Live memory that the batch may add at any moment; the file alone has 75 MB, and its answers about 30.</summary>
    private const long MostBytes = 24L * 1024 * 1024;

    [Fact]
    public async Task Batch_OfFiftyThousandLines_StaysSmall()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string file = await UploadAsync(host);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Stopwatch watch = Stopwatch.StartNew();

        string id = (await Answers.ReadAsync(await SendBatchAsync(host.Client, file))).GetProperty("id").GetString()!;
        long most = 0;
        int looks = 0;
        JsonElement batch;
        do
        {
            await Task.Delay(500, TestContext.Current.CancellationToken);
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            looks++;
            batch = await ShowAsync(host.Client, id);
        }
        while (batch.GetProperty("status").GetString() is "validating" or "in_progress" or "finalizing");

        Assert.Equal(("completed", Total, Total), (batch.GetProperty("status").GetString(), Count(batch, "total"), Count(batch, "completed")));
        TestContext.Current.TestOutputHelper!.WriteLine($"{Total} lines in {watch.Elapsed.TotalSeconds:F1} s; at most {most / 1048576.0:F1} MiB more than before, over {looks} looks");
        Assert.InRange(most, long.MinValue, MostBytes);
        Assert.True(looks > 3, "it was over before it was looked at");
    }

    private static async Task<string> UploadAsync(ApiHost host)
    {
        string padding = new('u', LineBytes - 120);
        MultipartFormDataContent form = new() { { new StringContent("batch"), "purpose" } };
        StreamContent content = new(new LineStream(i => Line($"line-{i}", new { prompt = $"{i}", max_tokens = 1, user = padding }), Total));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(content, "file", "large.jsonl");
        return (await Answers.ReadAsync(await host.Client.PostAsync("/v1/files", form))).GetProperty("id").GetString()!;
    }

    /// <summary>Makes its lines as they are read.</summary>
    private sealed class LineStream(Func<int, string> line, int count) : Stream
    {
        private byte[] _rest = [];
        private int _at;
        private int _made;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count1) => Read(buffer.AsSpan(offset, count1));

        public override int Read(Span<byte> buffer)
        {
            if (_at == _rest.Length)
            {
                if (_made == count)
                {
                    return 0;
                }
                (_rest, _at) = (Encoding.UTF8.GetBytes(line(++_made) + "\n"), 0);
            }
            int length = Math.Min(buffer.Length, _rest.Length - _at);
            _rest.AsSpan(_at, length).CopyTo(buffer);
            _at += length;
            return length;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count1) => throw new NotSupportedException();
    }
}
