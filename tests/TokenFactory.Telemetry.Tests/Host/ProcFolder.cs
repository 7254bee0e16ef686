namespace TokenFactory.Telemetry.Tests.Host;

/// <summary>A <c>/proc</c> and a <c>/sys</c> of our own, in a folder that is removed at the end.</summary>
internal sealed class ProcFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tf-proc-").FullName;

    public string Proc => Path.Combine(_root, "proc");

    public string Sys => Path.Combine(_root, "sys");

    public ProcFolder Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    public ProcFolder WriteRapl(string zone, string name, long microjoules, long range) =>
        Write($"sys/class/powercap/{zone}/name", name + "\n")
            .Write($"sys/class/powercap/{zone}/energy_uj", microjoules + "\n")
            .Write($"sys/class/powercap/{zone}/max_energy_range_uj", range + "\n");

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
