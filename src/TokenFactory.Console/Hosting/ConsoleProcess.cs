using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using TokenFactory.Tenancy.Data;
using TokenFactory.Web.Bench;

namespace TokenFactory.Web.Hosting;

/// <summary>The product as a process: flags, start, and plain words where it cannot start.</summary>
internal static class ConsoleProcess
{
    private const int CannotStart = 1;

    public static Task<int> RunAsync(string[] args) => CommandLine.RunAsync(args, new ConsoleCommands(
        arguments => RunAsync(arguments, ServeAsync),
        arguments => RunAsync(arguments, app => LedgerCommand.VerifyAsync(app.Services.GetRequiredService<TenancyDatabase>())),
        arguments => RunAsync(arguments, app => LedgerCommand.RebuildAsync(app.Services.GetRequiredService<TenancyDatabase>())),
        (arguments, account) => RunAsync(arguments, app => AccountsCommand.ResetAsync(app.Services, account)),
        (arguments, options) => ExplainAsync(() => BenchCommand.RunAsync(options, () => ConsoleApplication.Build(arguments)))));

    private static Task<int> RunAsync(string[] arguments, Func<WebApplication, Task<int>> run) => ExplainAsync(async () =>
    {
        await using WebApplication app = ConsoleApplication.Build(arguments);
        app.Services.GetRequiredService<DataFolder>();
        return await run(app);
    });

    private static async Task<int> ExplainAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception problem) when (Explain(problem) is { } words)
        {
            await Console.Error.WriteLineAsync(words);
            return CannotStart;
        }
    }

    private static async Task<int> ServeAsync(WebApplication app)
    {
        await app.RunAsync();
        return 0;
    }

    /// <summary>What to tell whoever started the process; null for what nobody foresaw.</summary>
    private static string? Explain(Exception problem) => problem switch
    {
        StartupException or BenchException => problem.Message,
        DatabaseUnavailableException database => $"{database.Message} The database is TokenFactory:Database, or factory.db in the data folder.",
        IOException { InnerException: AddressInUseException or SocketException } inUse =>
            $"{inUse.Message} Stop the other process, or choose another address with --urls http://127.0.0.1:PORT.",
        FormatException format when format.Message.Contains("url", StringComparison.OrdinalIgnoreCase) => $"{format.Message} Give addresses as --urls http://127.0.0.1:PORT.",
        InvalidDataException { InnerException: { } cause } file => $"{file.Message} {cause.Message} Correct the file and start again.",
        _ => null,
    };
}
