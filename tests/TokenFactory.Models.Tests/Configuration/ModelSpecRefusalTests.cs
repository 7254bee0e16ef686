using System.Text;
using TokenFactory.Models.Configuration;
using Xunit;

namespace TokenFactory.Models.Tests.Configuration;

public sealed class ModelSpecRefusalTests
{
    private const string Tiny = """
        {"architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":96,"num_hidden_layers":2,"num_attention_heads":4,
         "max_position_embeddings":128,"vocab_size":100}
        """;

    [Theory]
    [InlineData("\"LlamaForCausalLM\"", "\"BertModel\"", "architectures", "BertModel")]
    [InlineData("\"hidden_size\":64", "\"hidden_size\":\"64\"", "hidden_size", "the text \"64\"")]
    [InlineData("\"hidden_size\":64", "\"hidden_size\":64.5", "hidden_size", "64.5")]
    [InlineData("\"hidden_size\":64,", "", "hidden_size", "missing")]
    [InlineData("\"hidden_size\":64", "\"hidden_size\":1e300", "hidden_size", "1 to")]
    [InlineData("\"num_attention_heads\":4", "\"num_attention_heads\":5", "num_attention_heads", "divide hidden_size")]
    [InlineData("\"num_attention_heads\":4", "\"num_attention_heads\":4,\"num_key_value_heads\":3", "num_key_value_heads", "divide")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":-1", "vocab_size", "1 to")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"num_local_experts\":8", "num_local_experts", "8 experts")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"quantization_config\":{\"bits\":4}", "quantization_config", "already quantised")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"quantization_config\":{\"quant_method\":\"awq\"}", "quantization_config", "awq")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"quantization_config\":{\"quant_method\":\"fp8\",\"weight_block_size\":[128]}", "quantization_config.weight_block_size", "two numbers")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"quantization_config\":{\"quant_method\":\"compressed-tensors\",\"config_groups\":{\"group_0\":{\"weights\":{\"type\":\"int\",\"num_bits\":4}}}}", "quantization_config", "compressed-tensors")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"hidden_act\":\"relu2\"", "hidden_act", "relu2")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"rope_scaling\":{\"rope_type\":\"dynamic\",\"factor\":2}", "rope_scaling.rope_type", "dynamic")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"rope_scaling\":{\"type\":\"linear\"}", "rope_scaling.factor", "missing")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"rope_scaling\":{\"type\":\"longrope\",\"short_factor\":[1],\"long_factor\":[1]}", "rope_scaling.short_factor", "expected 8")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"rope_scaling\":[1]", "rope_scaling", "an array")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"partial_rotary_factor\":0.05", "partial_rotary_factor", "even number")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"eos_token_id\":100", "eos_token_id", "100 tokens")]
    [InlineData("\"vocab_size\":100", "\"vocab_size\":100,\"rms_norm_eps\":0", "rms_norm_eps", "above 0")]
    public void Read_UnsupportedOrWrongField_NamesFileAndField(string find, string replace, string field, string says)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Read(Tiny.Replace(find, replace, StringComparison.Ordinal)));

        Assert.Equal("config.json", e.File);
        Assert.Equal(field, e.Field);
        Assert.StartsWith($"config.json: {field}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "an array")]
    [InlineData("", "not valid JSON")]
    public void Read_NotAnObject_NamesFile(string json, string says)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Read(json));

        Assert.Null(e.Field);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownArchitecture_ListsSupportedOnes()
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => Read("""{"architectures":["MambaForCausalLM"]}"""));

        Assert.Contains("Qwen3ForCausalLM", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFolderOrConfig_SaysWhich()
    {
        string folder = Directory.CreateTempSubdirectory("tf-folder-").FullName;
        try
        {
            Assert.Contains("config.json", Assert.Throws<ModelFormatException>(() => ModelFolder.Open(folder)).Message, StringComparison.Ordinal);
            Assert.Contains("does not exist", Assert.Throws<ModelFormatException>(() => ModelFolder.Open(folder + "x")).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static void Read(string json) => ModelSpecReader.Read(ConfigSection.Parse("config.json", Encoding.UTF8.GetBytes(json)), null);
}
