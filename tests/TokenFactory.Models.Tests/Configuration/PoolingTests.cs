using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Models.Tests.Configuration;

/// <summary>What a folder in the layout of sentence-transformers says of its vectors.</summary>
public sealed class PoolingTests : IDisposable
{
    private const string Modules =
        """[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},{"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]""";

    private readonly TestFolder _folder = new();

    [Fact]
    public void FindPoolingProblem_FolderThatSaysNothing_IsNull() => Assert.Null(Find(modules: null, pooling: null));

    [Theory]
    [InlineData("""{"word_embedding_dimension":1024,"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":false,"pooling_mode_lasttoken":true,"include_prompt":true}""")]
    [InlineData("""{"word_embedding_dimension":1024,"pooling_mode":"lasttoken"}""")]
    public void FindPoolingProblem_LastToken_IsNull(string pooling)
    {
        Assert.Null(Find(Modules, pooling));
        Assert.Null(Find(modules: null, pooling));
    }

    [Theory]
    [InlineData("""{"pooling_mode_mean_tokens":true,"pooling_mode_lasttoken":false}""", "pooling by mean_tokens; only lasttoken")]
    [InlineData("""{"pooling_mode_mean_tokens":true,"pooling_mode_lasttoken":true}""", "pooling by mean_tokens and lasttoken")]
    [InlineData("""{"pooling_mode":"cls"}""", "pooling by cls")]
    [InlineData("""{"word_embedding_dimension":1024}""", "pooling by mean_tokens")]
    public void FindPoolingProblem_AnotherMode_NamesIt(string pooling, string named) => Assert.Contains(named, Find(Modules, pooling));

    [Fact]
    public void FindPoolingProblem_AStepThatIsNotComputed_NamesIt()
    {
        string modules = Modules.Replace("models.Normalize", "models.Dense", StringComparison.Ordinal);

        Assert.Contains("a step Dense", Find(modules, """{"pooling_mode_lasttoken":true}"""));
    }

    [Theory]
    [InlineData("{}", null, "expected an array")]
    [InlineData("[1]", null, "[0]")]
    [InlineData("""[{"path":""}]""", null, "[0].type")]
    [InlineData(null, "[]", "expected an object")]
    [InlineData(null, """{"pooling_mode_mean_tokens":1}""", "pooling_mode_mean_tokens")]
    public void FindPoolingProblem_DamagedFile_IsNamed(string? modules, string? pooling, string named) =>
        Assert.Contains(named, Assert.Throws<ModelFormatException>(() => Find(modules, pooling)).Message);

    public void Dispose() => _folder.Dispose();

    private string? Find(string? modules, string? pooling)
    {
        TinyModel.Write(_folder, "Qwen3ForCausalLM", "");
        Put("modules.json", modules);
        Directory.CreateDirectory(_folder.File("1_Pooling"));
        Put("1_Pooling/config.json", pooling);
        return ModelFolder.Open(_folder.Path).FindPoolingProblem();
    }

    private void Put(string name, string? content)
    {
        File.Delete(_folder.File(name));
        if (content is not null)
        {
            File.WriteAllText(_folder.File(name), content);
        }
    }
}
