using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Web;
using TokenFactory.Web.Serving.Backends;

namespace TokenFactory.Benchmarks.Gateway;

/// <summary>
/// The product as it is, its models on <see cref="NullBackend"/>. It runs as a process of its own, and answers each line of its input
/// with the bytes that are live after a collection and those that it holds of the machine.
/// </summary>
internal static class GatewayServer
{
    /// <summary>How long a step takes, in milliseconds.</summary>
    public const string StepVariable = "GATEWAY_STEP_MS";

    /// <summary>What an answer's line begins with.</summary>
    public const string MemoryPrefix = "memory ";

    public static async Task<int> RunAsync(string[] args)
    {
        TimeSpan step = TimeSpan.FromMilliseconds(double.Parse(Environment.GetEnvironmentVariable(StepVariable) ?? "0", CultureInfo.InvariantCulture));
        await using WebApplication app = ConsoleApplication.Build(args, builder => builder.Services.AddSingleton(new ModelBackends([new NullBackend(step)])));
        new Thread(AnswerMemory) { IsBackground = true }.Start();
        await app.RunAsync();
        return 0;
    }

    private static void AnswerMemory()
    {
        while (Console.ReadLine() is not null)
        {
            long live = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{MemoryPrefix}{live} {Environment.WorkingSet}"));
        }
    }
}
