using System.Text.Json;
using CsCheck;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.JsonSchemas;
using TokenFactory.Engine.Constraints.Vocabulary;
using Xunit;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>Masks against what single tokens do: on random walks, a token's bit is set exactly where a copy of the state accepts the token.</summary>
public sealed class MaskTests
{
    private static readonly string[] Schemas =
    [
        "true",
        """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"]}""",
        """{"type":"object","properties":{"name":{"type":"string","minLength":2,"maxLength":5},"when":{"type":"string","format":"date"}},"additionalProperties":false}""",
        """{"type":"array","items":{"anyOf":[{"type":"string","pattern":"^a+b?$"},{"type":"number","minimum":0.5,"maximum":20},{"type":"null"}]},"maxItems":4}""",
        """{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"v":{"enum":["a","ab","日本",12]},"c":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["v"]}}}""",
        """{"type":"string","pattern":"^[a-z]{1,30}$"}""",
        """{"type":"string","maxLength":30}""",
        """{"type":"object","patternProperties":{"^x":{"type":"boolean"}},"additionalProperties":{"type":"string"},"properties":{"xa":{"const":true}}}""",
    ];

    private static readonly string[] Grammars =
    [
        """root ::= "a" root "b" | "a" root "c" | "" """,
        """
        root ::= expr
        expr ::= term ("+" term)*
        term ::= [0-9]+ | "(" expr ")" | [a-z日-本]+
        """,
        """
        root ::= line+
        line ::= word (" " word)* "\n"
        word ::= [^ \n"\\]{1,3} | "\"" [^"]* "\""
        """,
        """
        root ::= chars
        chars ::= [a-zé] chars | [0-9]
        """,
    ];

    private static readonly Gen<string> Expressions = AnyOf("[a-c]", "é", "日本", "a|ab", "[^a]", "\\d", "(ab|a)", ".", "[a-z]", "\"").Array[1, 4]
        .SelectMany(atoms => AnyOf("", "*", "+", "{0,3}", "{2,6}").Array[atoms.Length].Select(ends => string.Concat(atoms.Zip(ends, (atom, end) => $"(?:{atom}){end}"))));

    [Fact]
    public void Mask_Schemas_IsWhatSingleTokensDo() => Assert.All(Schemas, schema => Walk(TokenConstraint.FromJsonSchema(JsonElement.Parse(schema), SmallVocabulary.Instance), schema, walks: 12));

    [Fact]
    public void Mask_Grammars_IsWhatSingleTokensDo() => Assert.All(Grammars, grammar => Walk(TokenConstraint.FromGrammar(grammar, SmallVocabulary.Instance), grammar, walks: 12));

    [Fact]
    public void Mask_AnyObject_IsWhatSingleTokensDo() => Walk(TokenConstraint.JsonObject(SmallVocabulary.Instance), "json_object", walks: 12);

    [Fact]
    public void Mask_RandomExpressions_IsWhatSingleTokensDo() =>
        Expressions.Sample(expression => Walk(TokenConstraint.FromRegex(expression, SmallVocabulary.Instance), expression, walks: 2), iter: 60, threads: 1);

    /// <summary>Forgetting everything again and again changes nothing.</summary>
    [Fact]
    public void Mask_TightMemory_IsWhatSingleTokensDo()
    {
        ConstraintLimits limits = new() { MostConfigurations = 20, MostMaskBytes = 2_000 };
        Walk(TokenConstraint.FromJsonSchema(JsonElement.Parse(Schemas[4]), SmallVocabulary.Instance, new JsonSchemaOptions { Limits = limits }), "tight", walks: 12);
    }

    private static void Walk(TokenConstraint constraint, string what, int walks)
    {
        ConstraintVocabulary vocabulary = constraint.Vocabulary;
        Random random = new(7);
        uint[] mask = new uint[vocabulary.MaskWords + 1];
        for (int walk = 0; walk < walks; walk++)
        {
            ConstraintState state = constraint.CreateState();
            for (int step = 0; step < 40 && !state.HasEnded; step++)
            {
                Array.Fill(mask, uint.MaxValue);
                Assert.True(state.FillMask(mask));
                Assert.Equal(0u, mask[^1]);
                List<int> allowed = [];
                for (int token = 0; token < vocabulary.Size; token++)
                {
                    bool isSet = (mask[token >> 5] >> (token & 31) & 1) == 1;
                    Assert.True(isSet == state.Clone().TryAccept(token), $"{what}: token {token} at step {step} of walk {walk}");
                    if (isSet)
                        allowed.Add(token);
                }
                Assert.Equal(state.IsComplete, allowed.Exists(vocabulary.EndTokens.Contains));
                Assert.True(state.TryAccept(allowed[random.Next(allowed.Count)]));
            }
        }
    }

    private static Gen<string> AnyOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
