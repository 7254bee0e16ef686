using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Files;
using TokenFactory.Api.Models;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.Batches;

/// <summary>Checks every line of a batch before the first is computed.</summary>
internal sealed class BatchValidator(TenantDirectory directory, ModelLookup models, FileFolder folder, ApiOptions options) : IDisposable
{
    /// <summary>Errors that a batch shows; what comes after them is not looked at.</summary>
    private const int MostErrors = 100;

    /// <summary>Files are read one after another: they all are on one disk.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="batch">The batch.</param>
    /// <param name="withModels">Whether models that do not serve are errors. After a restart they are not: they may be loading still.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many lines it has, and what is wrong with them.</returns>
    public async Task<(int Lines, IReadOnlyList<BatchError> Errors)> CheckAsync(Batch batch, bool withModels, CancellationToken cancellation)
    {
        KeyVerdict verdict = directory.Judge(batch.KeyId, batch.TenantId, out KeyGrant? grant);
        if (grant is null && verdict != KeyVerdict.TenantSuspended)
        {
            ErrorBody error = KeyErrors.From(verdict).Error;
            return (0, [new BatchError(error.Code!, error.Message, null, null)]);
        }
        await _turn.WaitAsync(cancellation);
        try
        {
            return await ReadAsync(batch, withModels ? grant : null, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<(int Lines, IReadOnlyList<BatchError> Errors)> ReadAsync(Batch batch, KeyGrant? grant, CancellationToken cancellation)
    {
        List<BatchError> errors = [];
        HashSet<UInt128> ids = [];
        HashSet<string> served = [];
        int lines = 0;
        await using InputReader reader = InputReader.Open(folder.PathOf(batch.InputFileId), options.Batches.MaxLineBytes);
        while (errors.Count < MostErrors && await reader.ReadAsync(cancellation) is { } line)
        {
            if (++lines > options.Batches.MaxLines)
            {
                errors.Add(new BatchError("too_many_lines", $"The file has more than {options.Batches.MaxLines} lines. Make several batches of it.", null, line.Number));
                break;
            }
            BatchError? error = RequestLine.TryRead(line, batch.Endpoint, out RequestLine? request);
            if (request is not null)
            {
                error = ids.Add(Digest(request.CustomId))
                    ? grant is null ? null : FindModelError(request.Model, grant, served, line.Number)
                    : new BatchError("duplicate_custom_id", $"Another line has the custom_id {Administration.AdminPaths.Shown(request.CustomId)} too.", "custom_id", line.Number);
            }
            if (error is not null)
            {
                errors.Add(error);
            }
        }
        if (lines == 0)
        {
            errors.Add(new BatchError("empty_file", "The file has no lines.", null, null));
        }
        return (lines, errors);
    }

    private BatchError? FindModelError(string? name, KeyGrant grant, HashSet<string> served, int line)
    {
        if (served.Contains(name ?? ""))
        {
            return null;
        }
        try
        {
            models.Find(name, grant);
            served.Add(name ?? "");
            return null;
        }
        catch (ApiException problem)
        {
            return new BatchError(problem.Error.Code ?? "invalid_value", problem.Message, "model", line);
        }
    }

    /// <summary>A name's half of SHA-256: ids are remembered in the same few bytes however long they are.</summary>
    private static UInt128 Digest(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
