using System.Security.Cryptography;
using System.Text;
using TokenFactory.Engine.Loading;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Onnx.Weights;

/// <summary>
/// Converted weights on disk, one folder a model and precision, named by the hash of what they follow from. A folder appears by one
/// rename when it is complete; its content is checked against the stored hash at each load and built anew where it differs.
/// </summary>
internal sealed class WeightCache
{
    public const string WeightsFile = "weights.bin";

    private const string ChecksumFile = "weights.sha256";
    private const string TemporaryPrefix = "building-";

    /// <summary>Changes whenever the file's form or the way of quantising does.</summary>
    private const string FormatVersion = "3";

    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(12);

    private readonly string _root;
    private readonly int _workers;
    private readonly IProgress<ModelLoadProgress>? _progress;

    public WeightCache(string? root, int workers, IProgress<ModelLoadProgress>? progress)
    {
        _root = root ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "token-factory", "onnx");
        _workers = workers;
        _progress = progress;
    }

    /// <summary>The folder that holds the weights file of this model in this layout; built where it does not exist yet.</summary>
    public string Provide(WeightLayout layout, TensorStore store, WeightMap map, CancellationToken cancellation)
    {
        string key = Key(layout, store, cancellation);
        try
        {
            return Provide(_root, key, layout, map, cancellation);
        }
        catch (UnauthorizedAccessException e)
        {
            return ProvideElsewhere(e, key, layout, map, cancellation);
        }
        catch (IOException e) when (e is not EndOfStreamException and not DiskFullException)
        {
            return ProvideElsewhere(e, key, layout, map, cancellation);
        }
    }

    /// <summary>A new folder in a cache, which a later load removes where its maker did not.</summary>
    public static string CreateTemporary(string root) => Directory.CreateDirectory(Path.Combine(root, TemporaryPrefix + Guid.NewGuid().ToString("N"))).FullName;

    private string ProvideElsewhere(Exception cause, string key, WeightLayout layout, WeightMap map, CancellationToken cancellation)
    {
        string fallback = Path.Combine(Path.GetTempPath(), "token-factory-onnx");
        _progress?.Report(new ModelLoadProgress(
            ModelLoadStage.Quantize, 0, $"The weight cache {_root} cannot be used ({cause.Message}); converted weights go to {fallback}."));
        return Provide(fallback, key, layout, map, cancellation);
    }

    private string Provide(string root, string key, WeightLayout layout, WeightMap map, CancellationToken cancellation)
    {
        string folder = Path.Combine(root, key);
        if (Directory.Exists(folder))
        {
            if (IsWhole(folder, layout.ByteCount, cancellation))
            {
                return folder;
            }
            _progress?.Report(new ModelLoadProgress(ModelLoadStage.Quantize, 0, $"The converted weights in {folder} are damaged and are built anew."));
            Directory.Delete(folder, true);
        }
        Build(root, folder, layout, map, cancellation);
        return folder;
    }

    private void Build(string root, string folder, WeightLayout layout, WeightMap map, CancellationToken cancellation)
    {
        Directory.CreateDirectory(root);
        RemoveAbandoned(root);
        RequireSpace(root, layout.ByteCount);
        string temporary = CreateTemporary(root);
        try
        {
            string weights = Path.Combine(temporary, WeightsFile);
            new WeightFileBuilder(layout, map).Write(weights, _workers, ReportQuantize, cancellation);
            File.WriteAllText(Path.Combine(temporary, ChecksumFile), WeightsFingerprint.Compute([weights], _workers, cancellation));
            Publish(temporary, folder);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, true);
            }
        }
    }

    // Another process may have built the same folder meanwhile: whichever comes first stays.
    private static void Publish(string temporary, string folder)
    {
        try
        {
            Directory.Move(temporary, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
        }
    }

    private void ReportQuantize(double share) => _progress?.Report(new ModelLoadProgress(ModelLoadStage.Quantize, share));

    private bool IsWhole(string folder, long bytes, CancellationToken cancellation)
    {
        FileInfo weights = new(Path.Combine(folder, WeightsFile));
        string checksum = Path.Combine(folder, ChecksumFile);
        return weights.Exists && weights.Length == bytes && File.Exists(checksum)
            && File.ReadAllText(checksum) == WeightsFingerprint.Compute([weights.FullName], _workers, cancellation);
    }

    private string Key(WeightLayout layout, TensorStore store, CancellationToken cancellation)
    {
        string identity = string.Join('\n', FormatVersion, WeightsFingerprint.Compute(store, _workers, cancellation), layout.Describe());
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..32];
    }

    private static void RemoveAbandoned(string root)
    {
        foreach (DirectoryInfo old in new DirectoryInfo(root).EnumerateDirectories(TemporaryPrefix + "*"))
        {
            if (DateTime.UtcNow - old.LastWriteTimeUtc > AbandonedAfter)
            {
                old.Delete(true);
            }
        }
    }

    private static void RequireSpace(string root, long bytes)
    {
        long free = new DriveInfo(Path.GetFullPath(root)).AvailableFreeSpace;
        if (free < bytes)
        {
            throw new DiskFullException($"The converted weights need {bytes >> 20} MiB in {root}, where {free >> 20} MiB are free; free some space or set another cache folder.");
        }
    }
}

/// <summary>The cache's disk is too small for the converted weights.</summary>
public sealed class DiskFullException(string message) : IOException(message);
