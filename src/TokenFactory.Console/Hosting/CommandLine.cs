using System.CommandLine;
using System.CommandLine.Invocation;
using TokenFactory.Web.Bench;

namespace TokenFactory.Web.Hosting;

/// <summary>The process's flags. Each is short for a configuration key, so that appsettings and environment say the same things.</summary>
internal static class CommandLine
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Addresses to listen on, separated by semicolons (key Urls, default http://127.0.0.1:5080).",
        HelpName = "URLS",
    };

    private static readonly Option<string[]> Models = new("--model")
    {
        Description = "A model folder in Hugging Face layout, served as NAME or by the folder's name; repeatable. Stands in for the models of appsettings.json (keys TokenFactory__Models__0__Path, TokenFactory__Models__0__Name).",
        HelpName = "[NAME=]FOLDER",
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "Folder for the database and caches (key TokenFactory__DataFolder, default ./data).",
        HelpName = "FOLDER",
        Recursive = true,
    };

    /// <summary>Parses the flags and does what they ask for, or prints help or what is wrong. Returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, ConsoleCommands commands)
    {
        RootCommand root = new("Token Factory Console: serves language models on this machine, counts every token, and shows it live.")
        {
            Urls,
            Models,
            Data,
        };
        root.SetAction(parsed => commands.Serve([.. ToConfiguration(parsed)]));
        root.Subcommands.Add(new Command("ledger", "Works on the ledger of usage, also beside a running server.")
        {
            Command("verify", "Checks every row's hash, every day's ends and the sums. Exit code 2 where something was altered or removed.", commands.VerifyLedger),
            Command("rebuild", "Makes the sums by hour, day and month again from the rows.", commands.RebuildLedger),
        });
        Argument<string> account = new("name") { Description = "The account's name; the first one is admin." };
        Command reset = new("reset", "Gives an account a new password for one sign-in, prints it, and opens the account; also beside a running server.") { account };
        reset.SetAction(parsed => commands.ResetAccount([.. ToConfiguration(parsed)], parsed.GetRequiredValue(account)));
        root.Subcommands.Add(new Command("accounts", "Works on the accounts that sign in to the pages.") { reset });
        Command bench = BenchFlags.CreateCommand((parsed, options) => commands.Bench([.. ToConfiguration(parsed)], options));
        root.Subcommands.Add(bench);
        ParseResult parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction wrong)
        {
            // What is wrong would stand above more lines than a terminal shows.
            wrong.ShowHelp = false;
        }
        // The host has its own signal handling: drain, then stop.
        int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        return parsed.Errors.Count > 0 && parsed.CommandResult.Command == bench ? BenchFlags.WrongUsage : code;
    }

    /// <summary>The flag that is short for a key of the configuration; null where none is.</summary>
    public static string? FlagOf(string key) => key switch
    {
        _ when key.Equals("Urls", StringComparison.OrdinalIgnoreCase) => Urls.Name,
        _ when key.Equals($"{TokenFactoryOptions.Section}:{nameof(TokenFactoryOptions.DataFolder)}", StringComparison.OrdinalIgnoreCase) => Data.Name,
        _ when key.StartsWith($"{TokenFactoryOptions.Section}:{nameof(TokenFactoryOptions.ModelArguments)}:", StringComparison.OrdinalIgnoreCase) => Models.Name,
        _ => null,
    };

    private static Command Command(string name, string description, Func<string[], Task<int>> run)
    {
        Command command = new(name, description);
        command.SetAction(parsed => run([.. ToConfiguration(parsed)]));
        return command;
    }

    /// <summary>Configuration arguments that mean the same as the flags.</summary>
    private static IEnumerable<string> ToConfiguration(ParseResult parsed)
    {
        if (parsed.GetValue(Urls) is { } urls)
        {
            yield return $"--Urls={urls}";
        }
        if (parsed.GetValue(Data) is { } data)
        {
            yield return $"--{TokenFactoryOptions.Section}:DataFolder={data}";
        }
        string[] models = parsed.GetValue(Models) ?? [];
        for (int i = 0; i < models.Length; i++)
        {
            string key = $"--{TokenFactoryOptions.Section}:{nameof(TokenFactoryOptions.ModelArguments)}:{i}";
            (string? name, string path) = SplitName(models[i]);
            yield return $"{key}:Path={path}";
            if (name is not null)
            {
                yield return $"{key}:Name={name}";
            }
        }
    }

    /// <summary>Splits <c>name=folder</c>; a folder whose own path holds an equals sign after a slash is a folder.</summary>
    private static (string? Name, string Path) SplitName(string argument)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && !argument[..equals].Contains('/', StringComparison.Ordinal)
            ? (argument[..equals], argument[(equals + 1)..])
            : (null, argument);
    }
}

/// <summary>What the command line can ask for; each gets configuration arguments and returns an exit code.</summary>
/// <param name="Serve">Runs the server.</param>
/// <param name="VerifyLedger">Checks the ledger.</param>
/// <param name="RebuildLedger">Makes the ledger's sums again.</param>
/// <param name="ResetAccount">Gives an account, by its name, a one-time password.</param>
/// <param name="Bench">Measures.</param>
internal sealed record ConsoleCommands(
    Func<string[], Task<int>> Serve, Func<string[], Task<int>> VerifyLedger, Func<string[], Task<int>> RebuildLedger, Func<string[], string, Task<int>> ResetAccount,
    Func<string[], BenchOptions, Task<int>> Bench);
