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
    /// <exception cref="DatabaseUnavailableException">The database cannot be read; what was written before stands.</exception>
    public Task WriteJsonLinesAsync(Stream to, UsageQuery query, CancellationToken cancellation = default) => DatabaseUnavailableException.ExplainAsync(async () =>
    {
        await foreach (UsageRecord record in ReadAsync(query, cancellation))
        {
            await JsonSerializer.SerializeAsync(to, record, Json, cancellation);
            await to.WriteAsync(LineEnd, cancellation);
        }
    });

    /// <summary>RFC 4180 with a line of names; the same columns as the JSON lines.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read; what was written before stands.</exception>
    public Task WriteCsvAsync(Stream to, UsageQuery query, CancellationToken cancellation = default) => DatabaseUnavailableException.ExplainAsync(async () =>
    {
        // Read before anything is written: a database that cannot be read leaves the stream untouched.
        await using IAsyncEnumerator<UsageRecord> records = ReadAsync(query, cancellation).GetAsyncEnumerator(cancellation);
        bool hasRecord = await records.MoveNextAsync();
        await using StreamWriter text = new(to, leaveOpen: true);
        await using CsvWriter csv = new(text, Csv, leaveOpen: true);
        foreach ((string name, _) in Columns)
        {
            csv.WriteField(name);
        }
        await csv.NextRecordAsync();
        for (; hasRecord; hasRecord = await records.MoveNextAsync())
        {
            foreach ((_, Func<UsageRecord, object?> of) in Columns)
            {
                csv.WriteField(of(records.Current));
            }
            await csv.NextRecordAsync();
        }
    });

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
        rows = query.Model is { } model ? rows.Where(row => row.Model == model) : rows;
        rows = query.Lane is { } lane ? rows.Where(row => row.Lane == lane) : rows;
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
