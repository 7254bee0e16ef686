namespace TokenFactory.Tests.Shared.Onnx;

/// <summary>A children's story written for these tests, so that no model has been trained on it.</summary>
internal static class HeldStory
{
    public static string Read() => File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "tests/Shared/Onnx/held-story.txt"));
}
