using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

public sealed class RopeKvWriteTests(EmulatedDevice device) : KernelTest(device)
{
    private const int Blocks = 9;
    private const int BlockSize = 16;
    private const int QueryHeads = 5;
    private const int KvHeads = 2;
    private const int Heads = QueryHeads + (2 * KvHeads);

    // Three sequences in one step: a chunk across a block's edge, a single token, and a chunk at the start.
    private static readonly int[] Positions = [14, 15, 16, 17, 33, 0, 1];
    private static readonly int[] Rows = [1, 1, 1, 1, 0, 2, 2];
    private static readonly int[] Tables = [3, 7, 1, 0, 4, 8, 6, 2, 5];

    [Theory]
    [CombinatorialRows(new[] { 64, 96, 128, 256 }, new[] { false, true }, new[] { false, true })]
    public void Launch_WholeHeadsRotated_FilesKeysAndValues(bool isHalf, int headSize, bool isFp8, bool norms) => Check(isHalf, headSize, headSize, isFp8, norms);

    [Theory]
    [InlineData(64, 32, false)]
    [InlineData(96, 32, true)]
    [InlineData(96, 2, false)]
    [InlineData(128, 96, true)]
    [InlineData(80, 20, false)]
    [InlineData(128, 0, true)]
    public void Launch_FewerNumbersRotated_PassesTheRest(int headSize, int rotary, bool norms) => Check(false, headSize, rotary, false, norms);

    [Theory]
    [CombinatorialRows(new[] { 2, 62, 1030 }, new[] { false, true })]
    public void Launch_NormLeft_NormsFirst(bool isHalf, int hidden, bool norms) => Check(isHalf, 64, 64, isFp8: false, norms, hidden);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Launch_ScalesLeft_ScalesFirst(bool norms) => Check(isHalf: false, 64, 64, isFp8: false, norms, scales: true);

    private void Check(bool isHalf, int headSize, int rotary, bool isFp8, bool norms, int hidden = 0, bool scales = false)
    {
        float[] rowScales = [.. Enumerable.Range(1, Positions.Length).Select(i => 0.3f * i)], columnScales = [.. Enumerable.Range(0, Heads * headSize).Select(i => 0.5f + (i % 7 * 0.1f))];
        const float RowEpsilon = 1e-5f, RowScale = 4;
        ushort[] x = Elements.Random(3, Positions.Length * Math.Max(2, hidden), isHalf, 2), bias = Elements.Random(4, Heads * headSize, isHalf);
        const float KeyScale = 0.0125f, ValueScale = 0.02f, Epsilon = 1e-6f, Offset = 1;
        ushort[] qkv = Elements.Random(headSize, Positions.Length * Heads * headSize, isHalf);
        ushort[] queryNorm = Elements.Random(1, headSize, isHalf, 0.1), keyNorm = Elements.Random(2, headSize, isHalf, 0.1);
        float[] turns = Turns(rotary);
        int planeBytes = Blocks * KvHeads * BlockSize * headSize * (isFp8 ? 1 : 2);
        DeviceMemory memory = Put(qkv), keys = Room<byte>(planeBytes), values = Room<byte>(planeBytes);
        LateNorm left = hidden > 0 ? new LateNorm { X = Put(x).Value, Bias = Put(bias).Value, Width = hidden, Epsilon = RowEpsilon, Scale = RowScale }
            : scales ? new LateNorm { Bias = Put(bias).Value, RowScales = Put(rowScales).Value, ColumnScales = Put(columnScales).Value, Scale = RowScale } : default;
        using RopeKvWriteKernel kernel = new(Loader(isHalf), new KvShape(headSize, BlockSize, isFp8), rotary, norms);
        Emulator.Seed((ulong)headSize);

        kernel.Launch(
            new RopeKvWriteArguments
            {
                Qkv = memory.Value,
                Norm = left,
                Keys = keys.Value,
                Values = values.Value,
                Positions = Put(Positions).Value,
                Rows = Put(Rows).Value,
                BlockTables = Put(Tables).Value,
                CosSin = rotary > 0 ? Put(turns).Value : 0,
                QueryNorm = norms ? Put(queryNorm).Value : 0,
                KeyNorm = norms ? Put(keyNorm).Value : 0,
                Tokens = Positions.Length,
                TableStride = 3,
                QueryHeads = QueryHeads,
                KvHeads = KvHeads,
                Epsilon = Epsilon,
                WeightOffset = Offset,
                KeyScale = KeyScale,
                ValueScale = ValueScale,
            },
            Stream);

        ushort[] after = Get<ushort>(memory, qkv.Length);
        byte[][] planes = [Get<byte>(keys, planeBytes), Get<byte>(values, planeBytes)];
        bool[][] isWritten = [new bool[planeBytes], new bool[planeBytes]];
        for (int token = 0; token < Positions.Length; token++)
        {
            for (int head = 0; head < Heads; head++)
            {
                int at = ((token * Heads) + head) * headSize;
                ReadOnlySpan<ushort> before = qkv.AsSpan(at, headSize), now = after.AsSpan(at, headSize);
                bool isQuery = head < QueryHeads, isValue = head >= QueryHeads + KvHeads;
                ushort[]? norm = !norms || isValue ? null : isQuery ? queryNorm : keyNorm;
                double factor = hidden > 0 ? RowScale * LateNorms.Factor(x.AsSpan(token * hidden, hidden), RowEpsilon, isHalf) : scales ? RowScale * rowScales[token] : 1;
                double[] first = new double[headSize];
                for (int i = 0; i < headSize; i++)
                {
                    first[i] = (Elements.ToFloat(before[i], isHalf) * factor * (scales ? columnScales[(head * headSize) + i] : 1)) + (hidden > 0 || scales ? Elements.ToFloat(bias[(head * headSize) + i], isHalf) : 0);
                }
                double[] wanted = Reference(first, norm, isValue ? [] : turns.AsSpan(Positions[token] * rotary, rotary), Epsilon, Offset, isHalf);
                if (isQuery)
                {
                    AssertTurned(wanted, now, isHalf, norms);
                    continue;
                }
                Assert.Equal(before, now);
                int block = Tables[(Rows[token] * 3) + (Positions[token] / BlockSize)];
                int place = (((block * KvHeads) + ((head - QueryHeads) % KvHeads)) * BlockSize + (Positions[token] % BlockSize)) * headSize;
                AssertFiled(wanted, planes[isValue ? 1 : 0], place, isWritten[isValue ? 1 : 0], isHalf, isFp8, norms, isValue ? ValueScale : KeyScale);
            }
        }
        // Places of other tokens keep what they had.
        for (int plane = 0; plane < 2; plane++)
        {
            Assert.All(planes[plane].Where((_, i) => !isWritten[plane][i]), one => Assert.Equal(0xCD, one));
        }
    }

    // With norms a number is rounded twice: after the norm, where a pair's two roundings mix, and after the rotation.
    private static void AssertTurned(double[] wanted, ReadOnlySpan<ushort> got, bool isHalf, bool norms) =>
        Elements.AssertNear(wanted, got, isHalf, norms ? 1.5 * Elements.Rounding(isHalf) * wanted.Max(Math.Abs) : 1e-5);

    private static void AssertFiled(double[] wanted, byte[] plane, int place, bool[] isWritten, bool isHalf, bool isFp8, bool norms, float scale)
    {
        if (!isFp8)
        {
            AssertTurned(wanted, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(plane).Slice(place, wanted.Length), isHalf, norms);
            isWritten.AsSpan(2 * place, 2 * wanted.Length).Fill(true);
            return;
        }
        isWritten.AsSpan(place, wanted.Length).Fill(true);
        for (int i = 0; i < wanted.Length; i++)
        {
            // Half a unit of four binary digits, or of the smallest steps; and what rounding to an element before it has changed.
            double got = Elements.FromE4M3(plane[place + i]) * scale, size = Math.Min(Math.Abs(wanted[i]), 448 * scale);
            double most = Math.Max(size / 16, scale / 1024) + (norms ? 1.5 * Elements.Rounding(isHalf) * wanted.Max(Math.Abs) : 1e-5);
            Assert.True(Math.Abs(got - (Math.Sign(wanted[i]) * size)) <= most, $"number {i} is {got}, and should be {wanted[i]} within {most}");
        }
    }

    private static float[] Turns(int rotary)
    {
        float[] turns = new float[40 * rotary];
        for (int i = 0; i < turns.Length / 2; i++)
        {
            double angle = i / (rotary / 2) * Math.Pow(10000, -2.0 * (i % (rotary / 2)) / rotary);
            (turns[2 * i], turns[(2 * i) + 1]) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }
        return turns;
    }

    private static double[] Reference(double[] x, ushort[]? norm, ReadOnlySpan<float> turns, float epsilon, float offset, bool isHalf)
    {
        if (norm is not null)
        {
            double factor = 1 / Math.Sqrt((x.Sum(one => one * one) / x.Length) + epsilon);
            x = [.. x.Select((one, i) => one * factor * (Elements.ToFloat(norm[i], isHalf) + offset))];
        }
        int half = turns.Length / 2;
        for (int i = 0; i < half; i++)
        {
            (x[i], x[i + half]) = ((x[i] * turns[2 * i]) - (x[i + half] * turns[(2 * i) + 1]), (x[i + half] * turns[2 * i]) + (x[i] * turns[(2 * i) + 1]));
        }
        return x;
    }
}
