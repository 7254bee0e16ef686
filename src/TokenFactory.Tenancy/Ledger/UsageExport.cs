using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>Writes ledger rows out, in the order in which they were written, without holding them all.</summary>
public sealed class UsageExport(TenancyDatabase database)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new Seconds() },
        IgnoreReadOnlyProperties = false,
    };

    private static readonly ReadOnlyMemory<byte> LineEnd = "\n"u8.ToArray();

    private static readonly CsvConfiguration Csv = new(CultureInfo.InvariantCulture) { NewLine = "\r\n", InjectionOptions = InjectionOptions.Escape };

    /// <summary>One JSON object a line; times in ISO 8601, durations in seconds.</summary>
    public async Task WriteJsonLinesAsync(Stream to, UsageQuery query, CancellationToken cancellation = default)
    {
        await foreach (UsageRecord record in ReadAsync(query, cancellation))
        {
            await JsonSerializer.SerializeAsync(to, record, Json, cancellation);
            await to.WriteAsync(LineEnd, cancellation);
        }
    }

    /// <summary>RFC 4180 with a line of names; the same columns as the JSON lines.</summary>
    public async Task WriteCsvAsync(Stream to, UsageQuery query, CancellationToken cancellation = default)
    {
        await using StreamWriter text = new(to, leaveOpen: true);
        await using CsvWriter csv = new(text, Csv, leaveOpen: true);
        foreach ((string name, _) in Columns)
        {
            csv.WriteField(name);
        }
        await csv.NextRecordAsync();
        await foreach (UsageRecord record in ReadAsync(query, cancellation))
        {
            foreach ((_, Func<UsageRecord, object?> of) in Columns)
            {
                csv.WriteField(of(record));
            }
            await csv.NextRecordAsync();
        }
    }

    private static (string Name, Func<UsageRecord, object?> Of)[] Columns { get; } =
    [
        ("idempotency_key", record => record.IdempotencyKey),
        ("request_id", record => record.RequestId),
        ("tenant_id", record => record.TenantId),
        ("tenant", record => record.Tenant),
        ("key_id", record => record.KeyId),
        ("model", record => record.Model),
        ("device", record => record.Device),
        ("lane", record => record.Lane),
        ("feature", record => record.Feature),
        ("prompt_tokens", record => record.PromptTokens),
        ("cached_tokens", record => record.CachedTokens),
        ("generated_tokens", record => record.GeneratedTokens),
        ("queue_time", record => record.QueueTime.TotalSeconds),
        ("compute_time", record => record.ComputeTime.TotalSeconds),
        ("joules", record => record.Joules),
        ("outcome", record => record.Outcome),
        ("arrived_at", record => record.ArrivedAt.ToString("O", CultureInfo.InvariantCulture)),
        ("ended_at", record => record.EndedAt.ToString("O", CultureInfo.InvariantCulture)),
        ("total_tokens", record => record.TotalTokens),
    ];

    private async IAsyncEnumerable<UsageRecord> ReadAsync(UsageQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using TenancyDbContext context = database.Open();
        IQueryable<UsageRow> rows = context.Usage.AsNoTracking().Where(row => row.EndedAt >= query.From && row.EndedAt < query.To);
        rows = query.TenantId is { } tenant ? rows.Where(row => row.TenantId == tenant) : rows;
        rows = query.KeyId is { } key ? rows.Where(row => row.KeyId == key) : rows;
        await foreach (UsageRow row in rows.OrderBy(row => row.Id).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            yield return row.ToRecord();
        }
    }

    private sealed class Seconds : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TimeSpan.FromSeconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(value.TotalSeconds);
    }
}
