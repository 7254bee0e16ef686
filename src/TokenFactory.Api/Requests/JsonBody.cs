using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Requests;

/// <summary>A request's JSON body, read whole into pooled memory. What was read from <see cref="Fields"/> lives until disposal.</summary>
internal sealed class JsonBody : IDisposable
{
    private const int FirstBuffer = 16 * 1024;

    private readonly byte[] _buffer;
    private readonly JsonDocument _document;

    private JsonBody(byte[] buffer, JsonDocument document)
    {
        _buffer = buffer;
        _document = document;
    }

    /// <summary>The fields of the object that the body is.</summary>
    public JsonFields Fields => new(_document.RootElement);

    /// <summary>The object itself.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>Reads and checks the body.</summary>
    /// <exception cref="ApiException">It is no JSON object, is not sent as JSON, or is longer than the limit.</exception>
    public static async Task<JsonBody> ReadAsync(HttpContext context, long maxBytes)
    {
        RequireJson(context.Request);
        if (context.Request.ContentLength > maxBytes)
        {
            throw TooLong(maxBytes);
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            // The count below is the limit; the server's own would only hide which limit it was.
            feature.MaxRequestBodySize = null;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            int length = 0;
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted)) > 0)
            {
                length += read;
                if (length > maxBytes)
                {
                    throw TooLong(maxBytes);
                }
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer);
                }
            }
            return new JsonBody(buffer, JsonText.Parse(buffer.AsMemory(0, length)));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    public void Dispose()
    {
        _document.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    /// <summary>
    /// Other content types are refused because a web page may send them to any address without asking: a browser on this machine
    /// could otherwise be made to spend its tokens.
    /// </summary>
    private static void RequireJson(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, new ErrorBody(
                $"The content type is {request.ContentType ?? "missing"}; send the body as application/json.", ApiException.InvalidRequest, null, null));
        }
    }

    private static ApiException TooLong(long maxBytes) => new(StatusCodes.Status413PayloadTooLarge, new ErrorBody(
        $"The request body is longer than {maxBytes} bytes, which is the most this server takes.", ApiException.InvalidRequest, null, "request_too_large"));

    private static byte[] Grow(byte[] buffer)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
