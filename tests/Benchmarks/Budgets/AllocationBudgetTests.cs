using System.Text.Json;
using Xunit;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>Hot paths allocate at most what budgets.json allows, in bytes per token over many tokens.</summary>
public sealed class AllocationBudgetTests
{
    public static TheoryData<string, double> Budgets()
    {
        string json = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "budgets.json"));
        TheoryData<string, double> data = [];
        foreach ((string name, double bytes) in JsonSerializer.Deserialize<Dictionary<string, double>>(json)!)
        {
            data.Add(name, bytes);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Budgets))]
    public void HotPath_SteadyState_StaysWithinItsBudget(string path, double bytesPerToken)
    {
        double measured = HotPaths.All[path]();

        TestContext.Current.SendDiagnosticMessage($"{path}: {measured:F3} bytes per token, budget {bytesPerToken}");
        Assert.True(measured <= bytesPerToken, $"{path} allocates {measured:F3} bytes per token; its budget is {bytesPerToken}.");
    }

    [Fact]
    public void HotPaths_All_HaveABudget() =>
        Assert.Equal(HotPaths.All.Keys.Order(), Budgets().Select(row => row.Data.Item1).Order());
}
