using System.Diagnostics;
using System.Text;
using TokenFactory.Web.Playground.Code;
using Xunit;

namespace TokenFactory.Tests.Shared.Host;

/// <summary>Runs programs that the playground wrote.</summary>
internal static class Interpreter
{
    /// <summary>Skips the calling test where a program is not in PATH.</summary>
    public static void Require(string program) =>
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program))),
            $"needs {program} in PATH");

    /// <summary>What an interpreter prints of a script; fails where it does not end well.</summary>
    /// <param name="interpreter">The program that reads it.</param>
    /// <param name="script">What it reads.</param>
    /// <param name="key">The API key; a host in Development needs none from this machine.</param>
    public static async Task<string> RunAsync(string interpreter, string script, string key = "")
    {
        Require(interpreter);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("tf-code-");
        try
        {
            string file = Path.Combine(folder.FullName, "script");
            await File.WriteAllTextAsync(file, script);
            (int code, string output) = await RunAsync(interpreter, [file], folder.FullName, key);
            Assert.True(code == 0, $"{interpreter} ended with {code} and printed:\n{output}");
            return output;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, and both of its streams where it is not 0, or else what it printed.</returns>
    public static async Task<(int Code, string Output)> RunAsync(
        string program, IEnumerable<string> arguments, string folder, string key, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        start.Environment[CodeRequest.KeyVariable] = key;
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }
}
