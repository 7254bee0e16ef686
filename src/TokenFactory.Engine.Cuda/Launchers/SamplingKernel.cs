using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Chooses a token for each row of logits; <c>sampling.cu</c> has the shapes.</summary>
internal sealed unsafe class SamplingKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 1024;
    private const int SharedBytes = 3352;

    private readonly Kernel _kernel = loader.Load(
        "sampling", SharedBytes, $"SAMPLING_SHARED={SharedBytes}", $"SETTINGS_BYTES={sizeof(SamplingSettings)}", $"RESULT_BYTES={sizeof(SamplingRecord)}",
        $"MOST_TOP={SamplingRecord.MostTop}");

    /// <param name="logits">Address, [rows, vocabulary] of float; changed in place.</param>
    /// <param name="raw">Address, as large: keeps the logits of rows that want logprobs as they were.</param>
    /// <param name="settings">Address of a <see cref="SamplingSettings"/> for each row that sequences hold.</param>
    /// <param name="held">Address, [rows]: the row that each row's sequence holds.</param>
    /// <param name="tokens">Address, [rows that sequences hold]: takes the chosen tokens.</param>
    /// <param name="results">Address of a <see cref="SamplingRecord"/> for each row.</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="vocabulary">Length of a row.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint logits, nint raw, nint settings, nint held, nint tokens, nint results, int rows, int vocabulary, CudaStream stream)
    {
        Debug.Assert(vocabulary > 0, "there is a token to choose");
        if (rows > 0)
        {
            _kernel.Launch(
                new LaunchGrid(rows), Threads, [(nint)(&logits), (nint)(&raw), (nint)(&settings), (nint)(&held), (nint)(&tokens), (nint)(&results), (nint)(&vocabulary)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}

/// <summary>How a sequence samples: <c>Settings</c> in sampling.cu, byte for byte. Addresses lie on the device; 0 for none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SamplingSettings
{
    /// <summary>0 takes the largest logit.</summary>
    public float Temperature;
    public float MinP;
    public float TopP;
    public float RepetitionPenalty;
    public float PresencePenalty;
    public float FrequencyPenalty;

    /// <summary>0 for all.</summary>
    public int TopK;

    /// <summary>-1 for no logprobs, else how many of the most likely tokens are reported.</summary>
    public int Logprobs;
    public ulong Seed;

    /// <summary>Tokens drawn so far; the kernel counts on.</summary>
    public int Drawn;
    public int BiasCount;

    /// <summary>[BiasCount] of int, no token twice.</summary>
    public nint BiasTokens;

    /// <summary>[BiasCount] of float.</summary>
    public nint BiasValues;

    /// <summary>[vocabulary] of ushort: how often each token was generated; the kernel counts on. 0 without penalties.</summary>
    public nint Generated;

    /// <summary>[vocabulary / 32, rounded up] of bits: the prompt's tokens. 0 without a repetition penalty.</summary>
    public nint Prompt;

    /// <summary>[vocabulary / 32, rounded up] of bits: the tokens that a grammar allows, at least one. 0 for all.</summary>
    public nint Mask;
}

/// <summary>What was chosen for a row: <c>Result</c> in sampling.cu, byte for byte.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SamplingRecord
{
    public const int MostTop = Sampling.SamplingParameters.MostTopLogprobs;

    public int Token;

    /// <summary>The token's, before bias, penalties and mask; 0 where none was asked for.</summary>
    public float Logprob;

    /// <summary>1 where a logit was not a finite number, and the token is none.</summary>
    public int Bad;
    public int TopCount;
    public Tokens TopTokens;
    public Logprobs TopLogprobs;

    [InlineArray(MostTop)]
    public struct Tokens
    {
        private int _first;
    }

    [InlineArray(MostTop)]
    public struct Logprobs
    {
        private float _first;
    }
}
