using System.Collections.Frozen;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;

namespace TokenFactory.Models.ChatTemplates.Jinja.Tests;

/// <summary>All tests (<c>x is …</c>) by name, Jinja2's aliases included.</summary>
internal static class TestTable
{
    private static readonly FrozenDictionary<string, NativeFunction> Tests = Create();

    public static NativeFunction? Find(string name) => Tests.GetValueOrDefault(name);

    private static FrozenDictionary<string, NativeFunction> Create()
    {
        Dictionary<string, NativeFunction> tests = [];
        foreach (NativeFunction test in (NativeFunction[])[.. TypeTests.All, .. ValueTests.All])
            tests.Add(test.Name, test);
        (string Alias, string Name)[] aliases =
        [
            ("==", "eq"), ("equalto", "eq"), ("!=", "ne"), (">", "gt"), ("greaterthan", "gt"), (">=", "ge"),
            ("<", "lt"), ("lessthan", "lt"), ("<=", "le"),
        ];
        foreach ((string alias, string name) in aliases)
            tests.Add(alias, tests[name]);
        return tests.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
