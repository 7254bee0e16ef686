using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace TokenFactory.Web.Hosting;

/// <summary>The product as a process: flags, start, and plain words where it cannot start.</summary>
internal static class ConsoleProcess
{
    private const int CannotStart = 1;

    public static Task<int> RunAsync(string[] args) => CommandLine.RunAsync(args, ServeAsync);

    private static async Task<int> ServeAsync(string[] arguments)
    {
        try
        {
            await using WebApplication app = ConsoleApplication.Build(arguments);
            app.Services.GetRequiredService<DataFolder>();
            await app.RunAsync();
            return 0;
        }
        catch (Exception problem) when (Explain(problem) is { } words)
        {
            await Console.Error.WriteLineAsync(words);
            return CannotStart;
        }
    }

    /// <summary>What to tell whoever started the process; null for what nobody foresaw.</summary>
    private static string? Explain(Exception problem) => problem switch
    {
        StartupException startup => startup.Message,
        IOException { InnerException: AddressInUseException or SocketException } inUse =>
            $"{inUse.Message} Stop the other process, or choose another address with --urls http://127.0.0.1:PORT.",
        FormatException format when format.Message.Contains("url", StringComparison.OrdinalIgnoreCase) => $"{format.Message} Give addresses as --urls http://127.0.0.1:PORT.",
        _ => null,
    };
}
