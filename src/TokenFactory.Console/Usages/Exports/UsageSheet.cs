using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using TokenFactory.Web.Usages.Sums;

namespace TokenFactory.Web.Usages.Exports;

/// <summary>Writes what the page shows to a file: a line for each period and group. Amounts keep every digit; what is not measured is empty, not 0.</summary>
internal static class UsageSheet
{
    private const string Date = "yyyy-MM-ddTHH:mm:ssZ";

    private static readonly CsvConfiguration Csv = new(CultureInfo.InvariantCulture) { NewLine = "\r\n", InjectionOptions = InjectionOptions.Escape };

    /// <summary>RFC 4180 with a line of names; a column <c>cost_</c> for each currency.</summary>
    public static async Task WriteCsvAsync(Stream to, UsageTable table, CancellationToken cancellation)
    {
        string[] currencies = [.. table.Total.Cost.Amounts.Keys];
        await using StreamWriter text = new(to, leaveOpen: true);
        await using CsvWriter csv = new(text, Csv, leaveOpen: true);
        foreach (string name in (string[])
        [
            "start", "by", "id", "name", "requests", "prompt_tokens", "cached_tokens", "generated_tokens", "joules",
            .. currencies.Select(currency => $"cost_{currency}"), "requests_without_price",
        ])
        {
            csv.WriteField(name);
        }
        await csv.NextRecordAsync();
        foreach (UsageLine line in table.Lines)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (object? value in (object?[])
            [
                Start(line), By(table), line.Group, line.Name, line.Figures.Requests, line.Figures.Prompt, line.Figures.Cached, line.Figures.Generated, line.Figures.Joules,
                .. currencies.Select(currency => line.Figures.Cost.Amounts.TryGetValue(currency, out decimal amount) ? (object)amount : null), line.Figures.Cost.Unpriced,
            ])
            {
                csv.WriteField(value);
            }
            await csv.NextRecordAsync();
        }
    }

    /// <summary>One JSON object a line; <c>cost</c> holds an amount for each currency.</summary>
    public static async Task WriteJsonLinesAsync(Stream to, UsageTable table, CancellationToken cancellation)
    {
        foreach (UsageLine line in table.Lines)
        {
            await JsonSerializer.SerializeAsync(
                to,
                new
                {
                    start = Start(line),
                    by = By(table),
                    id = line.Group,
                    name = line.Name,
                    requests = line.Figures.Requests,
                    prompt_tokens = line.Figures.Prompt,
                    cached_tokens = line.Figures.Cached,
                    generated_tokens = line.Figures.Generated,
                    joules = line.Figures.Joules,
                    cost = line.Figures.Cost.Amounts,
                    requests_without_price = line.Figures.Cost.Unpriced,
                },
                JsonSerializerOptions.Default,
                cancellation);
            await to.WriteAsync("\n"u8.ToArray(), cancellation);
        }
    }

    private static string Start(UsageLine line) => line.Start.UtcDateTime.ToString(Date, CultureInfo.InvariantCulture);

    private static string By(UsageTable table) => table.Selection.Grouping.ToString().ToLowerInvariant();
}
