using System.Net;
using System.Net.Http.Headers;

namespace TokenFactory.Models.Hub;

/// <summary>
/// Brings one file: into <c>NAME.part</c>, going on where an earlier attempt ended, checked when it is whole, and renamed then. A
/// connection that breaks is taken up again; bytes that arrived are not asked for twice.
/// </summary>
internal sealed class HubFileDownload(HubRequests requests, HubSnapshot snapshot, HubFile file, string folder)
{
    private const string PartSuffix = ".part";
    private const int BufferBytes = 1 << 18;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private readonly string _path = Path.Combine(folder, file.Path);

    private string PartPath => _path + PartSuffix;

    private string TagPath => _path + PartSuffix + ".etag";

    /// <summary>Bytes of it that are here already.</summary>
    public long Present => File.Exists(_path) ? file.Size : File.Exists(PartPath) ? Math.Min(new FileInfo(PartPath).Length, file.Size) : 0;

    /// <param name="arrived">Told how many bytes of the file are here, after each piece.</param>
    /// <param name="waiting">Told what is waited for.</param>
    /// <param name="cancellation">Stops; what has arrived stays.</param>
    /// <exception cref="HubException">It cannot be had, or is not what the hub says it is.</exception>
    public async Task RunAsync(Action<long> arrived, Action<string> waiting, CancellationToken cancellation)
    {
        if (File.Exists(_path) && await HubChecksum.MatchesAsync(_path, file, cancellation).ConfigureAwait(false))
        {
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        int attempt = 0;
        while (Length(PartPath) != file.Size || file.Size == 0)
        {
            long before = Length(PartPath);
            try
            {
                await ReceiveAsync(arrived, waiting, cancellation).ConfigureAwait(false);
                if (Length(PartPath) == file.Size)
                {
                    break;
                }
                throw new HttpIOException(HttpRequestError.ResponseEnded, $"it sent {Length(PartPath)} of {file.Size} bytes of {file.Path}");
            }
            catch (Exception failure) when (HubRequests.IsBroken(failure, cancellation))
            {
                // A connection that brought something has earned a fresh count of attempts.
                attempt = Length(PartPath) > before ? 1 : attempt + 1;
                await requests.WaitAsync(attempt, HubRequests.Innermost(failure), null, waiting, cancellation).ConfigureAwait(false);
            }
        }
        await FinishAsync(cancellation).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(Action<long> arrived, Action<string> waiting, CancellationToken cancellation)
    {
        long have = Length(PartPath);
        string? tag = have > 0 && File.Exists(TagPath) ? await File.ReadAllTextAsync(TagPath, cancellation).ConfigureAwait(false) : null;
        string path = $"{snapshot.Repository}/resolve/{snapshot.Commit}/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}";
        using HttpResponseMessage answer = await requests.GetAsync(path, $"{file.Path} in {snapshot.Repository}", Prepare, waiting, cancellation).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // The part is longer than the file now is: nothing of it can be kept.
            Discard();
            return;
        }
        bool goesOn = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == have;
        await NoteTagAsync(answer, cancellation).ConfigureAwait(false);
        await using FileStream part = new(PartPath, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, 1, FileOptions.Asynchronous);
        await CopyAsync(answer, part, goesOn ? have : 0, arrived, cancellation).ConfigureAwait(false);

        void Prepare(HttpRequestMessage request)
        {
            if (have > 0)
            {
                request.Headers.Range = new RangeHeaderValue(have, null);
                // Only what is still the same file continues; else it comes whole.
                request.Headers.IfRange = tag is not null && EntityTagHeaderValue.TryParse(tag, out EntityTagHeaderValue? known) && !known.IsWeak ? new RangeConditionHeaderValue(known) : null;
            }
        }
    }

    private async Task CopyAsync(HttpResponseMessage answer, FileStream part, long have, Action<long> arrived, CancellationToken cancellation)
    {
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[BufferBytes];
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        while (true)
        {
            silence.CancelAfter(LongestSilence);
            int read = await ReadAsync(body, buffer, silence.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }
            if (have + read > file.Size)
            {
                throw new HubException(HubProblem.BadAnswer, $"More bytes of {file.Path} came than the hub says it has ({file.Size}). Try again later, or choose another revision.");
            }
            await part.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            have += read;
            arrived(have);
        }
    }

    /// <summary>Reads; a broken connection is told apart from a disk that cannot be written.</summary>
    private static async ValueTask<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (IOException broken) when (broken is not HttpIOException)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, broken.Message, broken);
        }
    }

    private Task NoteTagAsync(HttpResponseMessage answer, CancellationToken cancellation) =>
        answer.Headers.ETag is { } tag ? File.WriteAllTextAsync(TagPath, tag.ToString(), cancellation) : Task.CompletedTask;

    private async Task FinishAsync(CancellationToken cancellation)
    {
        if (!await HubChecksum.MatchesAsync(PartPath, file, cancellation).ConfigureAwait(false))
        {
            Discard();
            throw new HubException(
                HubProblem.WrongChecksum, $"{file.Path} came whole and is not the file that the hub describes: its checksum differs. It was deleted; start the download again.");
        }
        File.Move(PartPath, _path, overwrite: true);
        File.Delete(TagPath);
    }

    private void Discard()
    {
        File.Delete(PartPath);
        File.Delete(TagPath);
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
