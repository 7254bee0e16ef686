using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Backends;

namespace TokenFactory.Web.Bench;

/// <summary>The flags of the command <c>bench</c>.</summary>
internal sealed class BenchFlags
{
    /// <summary>Exit code where flags are wrong: 1 says that something could not be measured.</summary>
    public const int WrongUsage = 2;

    private const string KeyVariable = "TOKENFACTORY_BENCH_KEY";

    private readonly Option<string> _model = new("--model") { HelpName = "NAME|FOLDER", Description = "A configured model by its name, or a model folder; with --url the name under which the server has it. Default: the first configured model." };
    private readonly Option<ModelDevice?> _device = Word<ModelDevice>("--device", "Where it is computed; default as configured.");
    private readonly Option<ModelPrecision?> _precision = Word<ModelPrecision>("--precision", "What weights are kept in; default as configured.");
    private readonly Option<int?> _sequences = Count("--sequences", "Most sequences that run at once; default as configured.");
    private readonly Option<int?> _context = Count("--context", "Longest sequence in tokens, prompt and output together, to which longer requests are cut; default as configured, with --url as the server says.");
    private readonly Option<int?> _threads = Count("--threads", "Threads that compute on the processor; default as configured.");
    private readonly Option<int?> _stepTokens = Count("--step-tokens", "Most tokens of a step; default as configured.");
    private readonly Option<int?> _drafts = Count("--draft-tokens", "Tokens that are guessed ahead for a sequence and verified in one step. Default none: models that are fed random tokens repeat themselves, and guesses of that would flatter them.");
    private readonly Option<Uri> _url = new("--url") { HelpName = "URL", CustomParser = ParseUrl, Description = "Measures the server at this address, any that answers POST /v1/completions as OpenAI's does, in place of the engine in this process." };
    private readonly Option<string> _key = new("--key") { HelpName = "KEY", Description = $"The server's API key; default: {KeyVariable} of the environment, where no list of processes shows it." };
    private readonly Option<PromptForm?> _prompts = Word<PromptForm>("--prompts", "What prompts are sent as; default ids, or text where the server takes no ids.");
    private readonly Option<int?> _vocabulary = Count("--vocabulary", "Token ids sent to a server lie below this; default 1000.");
    private readonly Option<int?> _promptTokens = Count("--prompt-tokens", "Tokens of each prompt; default 128.");
    private readonly Option<int?> _outputTokens = Count("--output-tokens", "Tokens generated for each request; default 128.");
    private readonly Option<int?> _requests = Count("--requests", "How many requests; default four for each that is under way, 32 with --rate.");
    private readonly Option<int?> _concurrency = Count("--concurrency", "Requests under way at once; default 8 without --rate and --trace.");
    private readonly Option<double?> _rate = Amount("--rate", "Requests a second, at random times, however many are under way.");
    private readonly Option<string> _trace = new("--trace") { HelpName = "FILE", Description = "Requests at the times and of the lengths of a trace, Azure's CSV or Mooncake's JSON lines." };
    private readonly Option<double?> _scale = Amount("--scale", "Factor on the trace's times: 0.5 sends twice as fast.");
    private readonly Option<int?> _most = Count("--most", "Only the first so many requests of the trace.");
    private readonly Option<bool> _tracePrefixes = new("--trace-prefixes") { Description = "Prompts begin alike where the trace says that they do." };
    private readonly Option<int?> _sharedPrefix = Count("--shared-prefix", "So many first tokens are the same in all prompts; default none.");
    private readonly Option<int?> _seed = new("--seed") { HelpName = "N", Description = "Decides prompts and random times. Default: always the same, but for prompts to a server, whose cache may hold those of an earlier run." };
    private readonly Option<Lane?> _lane = Word<Lane>("--lane", "The lane of all requests.");
    private readonly Option<int?> _tenants = Count("--tenants", "So many tenants the requests belong to, in turn; only without --url. Default 1.");
    private readonly Option<double?> _firstToken = Amount("--target-first-token", "Milliseconds to the first token within which a request counts as in time; default the lane's target.");
    private readonly Option<double?> _betweenTokens = Amount("--target-between-tokens", "The same of the time between tokens, in the mean of a request; default the lane's target.");
    private readonly Option<string> _json = new("--json") { HelpName = "FILE", Description = "Writes the report as JSON." };
    private readonly Option<string[]> _compare = new("--compare")
    {
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
        Description = "Holds reports of earlier runs against this one, by ratios. Several files and no other flag: against the first of them, and nothing is run.",
    };

    /// <summary>The command.</summary>
    /// <param name="run">Does it; gets the parsed flags and the options, and returns the exit code.</param>
    public static Command CreateCommand(Func<ParseResult, BenchOptions, Task<int>> run)
    {
        BenchFlags flags = new();
        Command command = new("bench", "Measures a model in this process, or any OpenAI-compatible server: rates, latencies, goodput, and how near the machine's bound it comes.");
        foreach (Option option in flags.All)
        {
            command.Options.Add(option);
        }
        command.Validators.Add(flags.Check);
        command.SetAction(parsed => run(parsed, flags.Read(parsed)));
        return command;
    }

    private Option[] All =>
    [
        _model, _device, _precision, _sequences, _context, _threads, _stepTokens, _drafts, _url, _key, _prompts, _vocabulary, _promptTokens, _outputTokens, _requests,
        _concurrency, _rate, _trace, _scale, _most, _tracePrefixes, _sharedPrefix, _seed, _lane, _tenants, _firstToken, _betweenTokens, _json, _compare,
    ];

    private static Option<T?> Word<T>(string name, string description)
        where T : struct, Enum
    {
        string names = string.Join('|', Enum.GetValues<T>().Select(ModelBackends.NameOf));
        return Value<T>(name, names, description, $"one of {names.Replace("|", ", ", StringComparison.Ordinal)}", text =>
            names.Split('|').Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<T>(text, ignoreCase: true) : null);
    }

    private static Option<int?> Count(string name, string description) =>
        Value<int>(name, "N", description, "a whole number of 1 or more", text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 ? value : null);

    private static Option<double?> Amount(string name, string description) => Value<double>(
        name,
        "NUMBER",
        description,
        "a number above 0",
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value) ? value : null);

    private static Option<T?> Value<T>(string name, string help, string description, string expected, Func<string, T?> parse)
        where T : struct =>
        new(name) { HelpName = help, Description = description, CustomParser = result => Parse(result, expected, parse) };

    private static Uri? ParseUrl(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is ("http" or "https"))
        {
            return url;
        }
        result.AddError($"--url is '{text}'; give it as http://HOST:PORT.");
        return null;
    }

    private static T? Parse<T>(ArgumentResult result, string expected, Func<string, T?> parse)
        where T : struct
    {
        string text = result.Tokens[0].Value;
        T? value = parse(text);
        if (value is null)
        {
            result.AddError($"{((OptionResult)result.Parent!).Option.Name} is '{text}'; it must be {expected}.");
        }
        return value;
    }

    /// <summary>Flags that say opposite things, or say something of what there is not.</summary>
    private void Check(CommandResult result)
    {
        bool Has(Option option) => result.GetResult(option) is { Implicit: false };
        void Forbid(Option option, bool when, string why)
        {
            if (when && Has(option))
            {
                result.AddError($"{option.Name} {why}");
            }
        }
        bool isServer = Has(_url);
        foreach (Option option in new Option[] { _device, _precision, _sequences, _threads, _stepTokens, _drafts, _tenants })
        {
            Forbid(option, isServer, "is for the engine in this process; a server that is measured by --url has settings of its own.");
        }
        foreach (Option option in new Option[] { _key, _prompts, _vocabulary })
        {
            Forbid(option, !isServer, "is for a server; name one with --url URL.");
        }
        foreach (Option option in new Option[] { _promptTokens, _outputTokens, _requests })
        {
            Forbid(option, Has(_trace), "is for requests of one length; those of --trace have theirs, and --most cuts them.");
        }
        foreach (Option option in new Option[] { _scale, _most, _tracePrefixes })
        {
            Forbid(option, !Has(_trace), "is for a trace; name one with --trace FILE.");
        }
        Forbid(_rate, Has(_concurrency), "and --concurrency exclude each other: requests come at times of their own, or so many at once.");
        Forbid(_scale, Has(_concurrency) || Has(_rate), "stretches the trace's times, which --concurrency and --rate stand in for.");
    }

    private BenchOptions Read(ParseResult parsed)
    {
        BenchOptions usual = new();
        return new BenchOptions
        {
            Model = parsed.GetValue(_model),
            Device = parsed.GetValue(_device),
            Precision = parsed.GetValue(_precision),
            Sequences = parsed.GetValue(_sequences),
            Context = parsed.GetValue(_context),
            Threads = parsed.GetValue(_threads),
            StepTokens = parsed.GetValue(_stepTokens),
            DraftTokens = parsed.GetValue(_drafts) ?? 0,
            Url = parsed.GetValue(_url),
            Key = parsed.GetValue(_key) ?? Environment.GetEnvironmentVariable(KeyVariable),
            Prompts = parsed.GetValue(_prompts),
            Vocabulary = parsed.GetValue(_vocabulary) ?? usual.Vocabulary,
            PromptTokens = parsed.GetValue(_promptTokens) ?? usual.PromptTokens,
            OutputTokens = parsed.GetValue(_outputTokens) ?? usual.OutputTokens,
            Requests = parsed.GetValue(_requests),
            Concurrency = parsed.GetValue(_concurrency),
            Rate = parsed.GetValue(_rate),
            Trace = parsed.GetValue(_trace),
            Scale = parsed.GetValue(_scale) ?? usual.Scale,
            Most = parsed.GetValue(_most),
            TracePrefixes = parsed.GetValue(_tracePrefixes),
            SharedPrefix = parsed.GetValue(_sharedPrefix) ?? 0,
            Seed = parsed.GetValue(_seed),
            Lane = parsed.GetValue(_lane),
            Tenants = parsed.GetValue(_tenants) ?? usual.Tenants,
            FirstTokenTarget = parsed.GetValue(_firstToken),
            BetweenTokensTarget = parsed.GetValue(_betweenTokens),
            Json = parsed.GetValue(_json),
            Compare = parsed.GetValue(_compare) ?? [],
            AsksForRun = All.Any(option => option != _compare && parsed.GetResult(option) is { Implicit: false }),
        };
    }
}
