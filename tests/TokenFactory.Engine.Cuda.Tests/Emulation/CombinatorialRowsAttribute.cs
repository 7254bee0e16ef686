using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>Every combination of the values, each for bf16 and for fp16: the test takes whether elements are fp16, then a value of each list.</summary>
internal sealed class CombinatorialRowsAttribute(params object[] lists) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        IEnumerable<object[]> rows = [[false], [true]];
        foreach (Array values in lists.Cast<Array>())
        {
            rows = rows.SelectMany(row => values.Cast<object>().Select(value => (object[])[.. row, value])).ToList();
        }
        return new([.. rows.Select(row => new TheoryDataRow(row))]);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
