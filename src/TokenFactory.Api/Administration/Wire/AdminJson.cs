using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Api.Usages;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Api.Administration.Wire;

/// <summary>How the administration's bodies are read and written: snake_case names, absent for null, and no unknown field passes.</summary>
internal static class AdminJson
{
    // A plan or tenant is small; what is longer is no mistake worth reading.
    private const long MostBytes = 256 * 1024;

    public static AdminJsonContext Context { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new LimitConverter(), new JsonStringEnumConverter<UsageWindow>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    });

    /// <exception cref="ApiException">The body is no JSON, or a field is unknown or of another type.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        using JsonBody body = await JsonBody.ReadAsync(context, MostBytes);
        try
        {
            return body.Root.Deserialize(type)!;
        }
        catch (JsonException problem)
        {
            string field = problem.Path is { Length: > 2 } path ? path[2..] : "the body";
            string message = problem.Message.Contains("could not be mapped", StringComparison.Ordinal)
                ? $"There is no field {field}. Leave it out, or check its spelling."
                : $"{field} has a value of the wrong type or out of range.";
            throw ApiException.Invalid(message, JsonFields.FieldOf(field));
        }
    }

    public static Task WriteListAsync<T>(HttpContext context, IEnumerable<T> items, JsonTypeInfo<Listing<T>> type) =>
        ApiJson.WriteAsync(context, new Listing<T>([.. items]), type);
}

/// <summary>A list as the API answers it.</summary>
/// <param name="Data">Its items.</param>
internal sealed record Listing<T>(IReadOnlyList<T> Data)
{
    public string Object => "list";
}

/// <summary>The administration's records, known to the serialiser at compile time.</summary>
[JsonSerializable(typeof(PlanBody))]
[JsonSerializable(typeof(TenantBody))]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(RotationBody))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(Listing<PlanView>))]
[JsonSerializable(typeof(Listing<TenantView>))]
[JsonSerializable(typeof(Listing<KeyView>))]
[JsonSerializable(typeof(Listing<LimitsView>))]
[JsonSerializable(typeof(Listing<UsageView>))]
[JsonSerializable(typeof(Listing<AuditView>))]
[JsonSerializable(typeof(ModelBody))]
[JsonSerializable(typeof(ModelChange))]
[JsonSerializable(typeof(ModelAnswer))]
[JsonSerializable(typeof(Listing<ModelView>))]
[JsonSerializable(typeof(LedgerView))]
[JsonSerializable(typeof(OwnUsageView))]
internal sealed partial class AdminJsonContext : JsonSerializerContext;
