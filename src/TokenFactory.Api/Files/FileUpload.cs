using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Files;

namespace TokenFactory.Api.Files;

/// <summary>Reads a file and what is said about it from a <c>multipart/form-data</c> body. The file goes to disk as it comes; nothing holds it in memory.</summary>
/// <param name="limits">Bounds.</param>
/// <param name="heldBytes">What the tenant's files hold already.</param>
/// <param name="path">Where the content goes.</param>
internal sealed class FileUpload(FileLimits limits, long heldBytes, string path)
{
    private const int MostParts = 16;
    private const int MostFieldBytes = 256;
    private const int MostHeaderBytes = 16 * 1024;
    private const int MostBoundary = 70;
    private const int MostNameLength = 255;
    private const int CopyBytes = 64 * 1024;

    /// <summary>What other parts than the file may take of a body.</summary>
    private const long Surroundings = 256 * 1024;

    private string? _anchor;
    private long? _seconds;

    /// <summary>The file's name at the client, without folders.</summary>
    public string? Name { get; private set; }

    public string? Purpose { get; private set; }

    /// <summary>For how long the file is to stay; null: nothing is said.</summary>
    public long? ExpiresAfter { get; private set; }

    /// <summary>Length of the content.</summary>
    public long Bytes { get; private set; }

    /// <exception cref="ApiException">The body is no such form, lacks a part, has one too many, or is too long.</exception>
    public async Task ReadAsync(HttpContext context)
    {
        MultipartReader reader = new(BoundaryOf(context.Request), context.Request.Body)
        {
            HeadersCountLimit = 16,
            HeadersLengthLimit = MostHeaderBytes,
        };
        if (context.Request.ContentLength > limits.MaxFileBytes + Surroundings)
        {
            throw TooLong();
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }
        for (int parts = 0; await FromClientAsync(() => reader.ReadNextSectionAsync(context.RequestAborted)) is { } section; parts++)
        {
            if (parts == MostParts)
            {
                throw ApiException.Invalid($"The form has more than {MostParts} parts.");
            }
            await ReadAsync(section, context.RequestAborted);
        }
        if (Name is null)
        {
            throw ApiException.Invalid("file is missing: send it as a part of the form with a filename.", "file");
        }
        FilePurposes.Demand(Purpose ?? throw ApiException.Invalid("purpose is missing.", "purpose"));
        ExpiresAfter = FileExpiry.Check(_anchor, _seconds, "expires_after");
    }

    private static string BoundaryOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, new ErrorBody(
                $"The content type is {request.ContentType ?? "missing"}; send the file as multipart/form-data.", ApiException.InvalidRequest, null, null));
        }
        string? boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        return boundary is { Length: > 0 and <= MostBoundary }
            ? boundary
            : throw ApiException.Invalid($"The content type must name a boundary of 1 to {MostBoundary} characters.");
    }

    private async Task ReadAsync(MultipartSection section, CancellationToken aborted)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition) || !disposition.DispositionType.Equals("form-data"))
        {
            throw ApiException.Invalid("A part of the form has no content-disposition form-data.");
        }
        switch (HeaderUtilities.RemoveQuotes(disposition.Name).Value)
        {
            case "file":
                Name = Name is null ? NameOf(disposition) : throw ApiException.Invalid("The form has several files; send one.", "file");
                await SaveAsync(section.Body, aborted);
                break;
            case "purpose":
                Purpose = await ReadFieldAsync(section.Body, "purpose", aborted);

                // Known to be refused before the file was sent where clients send it first, as most do.
                FilePurposes.Demand(Purpose);
                break;
            case "expires_after[anchor]":
                _anchor = await ReadFieldAsync(section.Body, "expires_after", aborted);
                break;
            case "expires_after[seconds]":
                string text = await ReadFieldAsync(section.Body, "expires_after", aborted);
                _seconds = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
                    ? seconds
                    : throw ApiException.Invalid("expires_after[seconds] must be a whole number.", "expires_after");
                break;
            default:
                throw ApiException.Invalid("The form has a part that is none of file, purpose, expires_after[anchor] and expires_after[seconds].");
        }
    }

    /// <summary>The last segment of the name that the client gives.</summary>
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        string? given = disposition.FileNameStar.HasValue ? disposition.FileNameStar.Value : HeaderUtilities.RemoveQuotes(disposition.FileName).Value;
        string name = given is null ? "" : given[(given.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.Length is > 0 and <= MostNameLength && !name.Any(char.IsControl)
            ? name
            : throw ApiException.Invalid($"file needs a filename of 1 to {MostNameLength} characters, none of them control characters.", "file");
    }

    private static async Task<string> ReadFieldAsync(Stream body, string field, CancellationToken aborted)
    {
        byte[] buffer = new byte[MostFieldBytes + 1];
        int length = await FromClientAsync(() => body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, aborted).AsTask());
        return length <= MostFieldBytes
            ? System.Text.Encoding.UTF8.GetString(buffer, 0, length)
            : throw ApiException.Invalid($"{field} is longer than anything it may be.", field);
    }

    private async Task SaveAsync(Stream body, CancellationToken aborted)
    {
        await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        byte[] buffer = new byte[CopyBytes];
        int read;
        while ((read = await FromClientAsync(() => body.ReadAsync(buffer, aborted).AsTask())) > 0)
        {
            Bytes += read;
            if (Bytes > limits.MaxFileBytes)
            {
                throw TooLong();
            }
            if (heldBytes + Bytes > limits.MaxTenantBytes)
            {
                throw FileBook.TooMuch(heldBytes, limits.MaxTenantBytes);
            }
            await file.WriteAsync(buffer.AsMemory(0, read), aborted);
        }
        file.Flush(flushToDisk: true);
    }

    private ApiException TooLong() => new(StatusCodes.Status413PayloadTooLarge, new ErrorBody(
        $"The file is longer than {limits.MaxFileBytes} bytes, which is the most this server takes.", ApiException.InvalidRequest, "file", "file_too_large"));

    /// <summary>Reads from the body: what fails there is the client's form, not this server.</summary>
    private static async Task<T> FromClientAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw ApiException.Invalid("The body is no whole multipart/form-data form, or the headers of a part are too long.", null, "invalid_form");
        }
    }
}
