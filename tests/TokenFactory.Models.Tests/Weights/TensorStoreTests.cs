using System.Text;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Models.Tests.Weights;

public sealed class TensorStoreTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string Single => _folder.File("model.safetensors");

    [Fact]
    public void Open_SingleFile_ReadsAllThreeTypesExactly()
    {
        float[] values = [.. Enumerable.Range(0, 70).Select(i => (i - 35) * 0.25f)];
        SafetensorsWriter.Write(
            Single,
            ("f32", "F32", [70], SafetensorsWriter.Floats(values)),
            ("f16", "F16", [7, 10], SafetensorsWriter.Halves(values)),
            ("bf16", "BF16", [2, 5, 7], SafetensorsWriter.BFloat16(values)));

        using TensorStore store = TensorStore.Open(_folder.Path);

        foreach (string name in new[] { "f32", "f16", "bf16" })
        {
            Assert.True(store.TryGet(name, out TensorView tensor));
            Assert.Equal(values, tensor.ToArray());
        }
        Assert.True(store.TryGet("f16", out TensorView rows));
        Assert.Equal(values[20..40], rows.Slice(2, 2).ToArray());
        Assert.Equal([2L, 10L], rows.Slice(2, 2).Shape);
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.Slice(6, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => rows.Bytes(69, 2));
    }

    [Fact]
    public void Open_Shards_FindsEveryTensor()
    {
        SafetensorsWriter.Write(_folder.File("a.safetensors"), ("x", "F32", [1], SafetensorsWriter.Floats(1)));
        SafetensorsWriter.Write(_folder.File("b.safetensors"), ("y", "F32", [1], SafetensorsWriter.Floats(2)));
        WriteIndex("""{"weight_map":{"x":"a.safetensors","y":"b.safetensors"}}""");

        using TensorStore store = TensorStore.Open(_folder.Path);

        Assert.True(store.TryGet("y", out TensorView y));
        Assert.Equal([2f], y.ToArray());
        Assert.Equal(2, store.Files.Count());
    }

    [Theory]
    [InlineData("""{"weight_map":{"x":"gone.safetensors"}}""", "gone.safetensors", "missing")]
    [InlineData("""{"weight_map":{"x":"../a.safetensors"}}""", "x", "plain file name")]
    [InlineData("""{"weight_map":{"x":7}}""", "x", "plain file name")]
    [InlineData("""{"weight_map":{"other":"a.safetensors"}}""", "other", "the tensor is missing")]
    [InlineData("""{"weight_map":{"x":"a.safetensors","x":"a.safetensors"}}""", "x", "twice")]
    [InlineData("""{"weight_map":[]}""", "weight_map", "not an object")]
    [InlineData("{", "index.json", "not valid JSON")]
    public void Open_WrongIndex_NamesWhatIsWrong(string index, string names, string says)
    {
        SafetensorsWriter.Write(_folder.File("a.safetensors"), ("x", "F32", [1], SafetensorsWriter.Floats(1)));
        WriteIndex(index);

        AssertRefused(names, says);
    }

    [Theory]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "t", "needs 8 bytes")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "t", "truncated")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "model.safetensors", "cover 4 bytes, but 8")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "t", "hole")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "u", "inside the tensor before")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "t", "backwards")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""", 4, "t", "more bytes than")]
    [InlineData("""{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "t", "integers from 0")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "t", "integers from 0")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}""", 4, "t", "integers from 0")]
    [InlineData("""{"t":{"dtype":"Q4_K","shape":[1],"data_offsets":[0,4]}}""", 4, "t", "Q4_K")]
    [InlineData("""{"t":{"shape":[1],"data_offsets":[0,4]}}""", 4, "t", "lacks dtype")]
    [InlineData("""{"t":5}""", 4, "t", "not an object")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", 4, "t", "twice")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""", 4, "model.safetensors", "not valid JSON")]
    [InlineData("""{"t":{"dtype":""", 4, "model.safetensors", "not valid JSON")]
    [InlineData("[]", 4, "model.safetensors", "not a JSON object")]
    public void Open_WrongHeader_NamesFileAndTensor(string header, int dataBytes, string names, string says)
    {
        SafetensorsWriter.WriteRaw(Single, header, new byte[dataBytes]);

        AssertRefused(names, says);
    }

    [Fact]
    public void Open_HeaderNotUtf8_IsRefused()
    {
        SafetensorsWriter.WriteRaw(Single, [.. Encoding.UTF8.GetBytes("{\"t"), 0xFF, .. Encoding.UTF8.GetBytes("\":1}")], []);

        AssertRefused("model.safetensors", "not UTF-8");
    }

    [Theory]
    [InlineData(new byte[0], "too few")]
    [InlineData(new byte[] { 1, 2, 3 }, "too few")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, 0 }, "more than the format allows")]
    [InlineData(new byte[] { 64, 0, 0, 0, 0, 0, 0, 0, (byte)'{' }, "truncated")]
    public void Open_DamagedStart_IsRefused(byte[] file, string says)
    {
        File.WriteAllBytes(Single, file);

        AssertRefused("model.safetensors", says);
    }

    [Fact]
    public void Open_NoWeights_SaysWhatIsExpected() => AssertRefused("model.safetensors.index.json", "only safetensors");

    [Fact]
    public void Open_EveryTruncation_IsRefused()
    {
        SafetensorsWriter.Write(Single, ("t", "F32", [2, 3], SafetensorsWriter.Floats(1, 2, 3, 4, 5, 6)));
        byte[] whole = File.ReadAllBytes(Single);

        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Single, whole[..length]);
            Assert.Throws<ModelFormatException>(() => TensorStore.Open(_folder.Path));
        }
    }

    [Fact]
    public void Fingerprint_ChangesWithContentOnly()
    {
        SafetensorsWriter.Write(Single, ("t", "F32", [2], SafetensorsWriter.Floats(1, 2)));
        string first = Fingerprint();
        File.SetLastWriteTimeUtc(Single, DateTime.UnixEpoch);
        string touched = Fingerprint();
        SafetensorsWriter.Write(Single, ("t", "F32", [2], SafetensorsWriter.Floats(1, 3)));

        Assert.Equal(64, first.Length);
        Assert.Equal(first, touched);
        Assert.NotEqual(first, Fingerprint());
    }

    public void Dispose() => _folder.Dispose();

    private string Fingerprint()
    {
        using TensorStore store = TensorStore.Open(_folder.Path);
        return WeightsFingerprint.Compute(store, 2, TestContext.Current.CancellationToken);
    }

    private void AssertRefused(string names, string says)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => TensorStore.Open(_folder.Path));
        Assert.Contains(names, e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    private void WriteIndex(string json) => File.WriteAllText(_folder.File("model.safetensors.index.json"), json);
}
