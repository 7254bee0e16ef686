using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>Answers of a form, over HTTP: whatever the model would rather say, they have it.</summary>
public sealed class StructuredOutputTests
{
    private const string Person = """{"type": "object", "properties": {"name": {"type": "string", "maxLength": 6}, "age": {"type": "integer", "minimum": 1, "maximum": 99}}, "required": ["name", "age"], "additionalProperties": false}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_JsonSchema_AnswersValidate(bool stream)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string format = $$"""{"type": "json_schema", "json_schema": {"name": "person", "strict": true, "schema": {{Person}} } }""";

        string[] texts = await AskAsync(host, $$"""{"messages": [{"role": "user", "content": "Who?"}], "response_format": {{format}}, "temperature": 1.2, "seed": 5, "n": 8, "stream": {{(stream ? "true" : "false")}}}""");

        Assert.Equal(8, texts.Length);
        foreach (string text in texts)
        {
            JsonElement person = JsonElement.Parse(text);
            Assert.Equal(["name", "age"], person.EnumerateObject().Select(property => property.Name));
            Assert.InRange(person.GetProperty("age").GetInt32(), 1, 99);
            Assert.InRange(person.GetProperty("name").GetString()!.EnumerateRunes().Count(), 0, 6);
        }
    }

    [Theory]
    [InlineData(""" "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"enum": ["yes", "no", 7]}}} """, "^(\"yes\"|\"no\"|7)$")]
    [InlineData(""" "guided_regex": "[0-9]{3}-[a-f]{2}" """, "^[0-9]{3}-[a-f]{2}$")]
    [InlineData(""" "guided_choice": ["left (1)", "right [2]", "über"] """, "^(left \\(1\\)|right \\[2\\]|über)$")]
    [InlineData(""" "guided_grammar": "root ::= digit \"+\" digit\ndigit ::= [0-9]" """, "^[0-9]\\+[0-9]$")]
    [InlineData(""" "guided_json": {"type": "boolean"} """, "^(true|false)$")]
    [InlineData(""" "structured_outputs": {"choice": ["a", "b"]} """, "^[ab]$")]
    [InlineData(""" "structured_outputs": {"json": "{\"const\": null}"} """, "^null$")]
    [InlineData(""" "response_format": {"type": "text"}, "max_tokens": 5 """, @"^[\s\S]{1,5}$")]
    public async Task Chat_AnyForm_AnswersHaveIt(string fields, string pattern)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        string[] texts = await AskAsync(host, $$"""{"messages": [{"role": "user", "content": "Say"}], "temperature": 1.2, "n": 6, {{fields}}}""");

        Assert.All(texts, text => Assert.Matches(pattern, text));
    }

    [Fact]
    public async Task Completion_JsonObject_IsAnObject()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        using HttpResponseMessage response = await host.Client.PostAsync(
            "v1/completions", Json("""{"prompt": "x", "max_tokens": 400, "seed": 3, "temperature": 0.5, "response_format": {"type": "json_object"}}"""));

        JsonElement choice = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0];
        string text = choice.GetProperty("text").GetString()!;
        Assert.StartsWith("{", text, StringComparison.Ordinal);
        Assert.True(choice.GetProperty("finish_reason").GetString() == "length" || JsonElement.Parse(text).ValueKind == JsonValueKind.Object);
    }

    [Theory]
    [InlineData(""" "response_format": {"type": "xml"} """, "response_format", "text, json_object or json_schema")]
    [InlineData(""" "response_format": {"type": "json_schema"} """, "response_format", "json_schema is missing")]
    [InlineData(""" "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"a": {"not": {}}}}}} """, "response_format", "/properties/a/not")]
    [InlineData(""" "response_format": {"type": "json_schema", "json_schema": {"name": "x", "strict": true, "schema": {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}}} """, "response_format", "/required")]
    [InlineData(""" "guided_regex": "(a" """, "guided_regex", "guided_regex")]
    [InlineData(""" "guided_regex": "(?=a)b" """, "guided_regex", "guided_regex at")]
    [InlineData(""" "guided_regex": "(a{1000}){1000}" """, "guided_regex", "guided_regex")]
    [InlineData(""" "guided_choice": [] """, "guided_choice", "1 to 1000")]
    [InlineData(""" "guided_choice": ["a"], "guided_regex": "b" """, "guided_choice", "both ask for a form")]
    [InlineData(""" "guided_regex": "b", "ignore_eos": true """, "ignore_eos", "Leave one of them out")]
    [InlineData(""" "structured_outputs": {"json": "{"} """, "structured_outputs", "not JSON")]
    public async Task Chat_FormThatCannotBe_IsRefusedWithItsPlace(string fields, string param, string words)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        using HttpResponseMessage response = await host.Client.PostAsync("v1/chat/completions", Json($$"""{"messages": [{"role": "user", "content": "Say"}], {{fields}}}"""));

        JsonElement error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Contains(words, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");

    /// <summary>The texts of all answers.</summary>
    private static async Task<string[]> AskAsync(ApiHost host, string body)
    {
        using HttpResponseMessage response = await host.Client.PostAsync("v1/chat/completions", Json(body));
        string content = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, content);
        if (response.Content.Headers.ContentType!.MediaType == "application/json")
        {
            return [.. JsonElement.Parse(content).GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("message").GetProperty("content").GetString()!)];
        }
        SortedDictionary<int, string> texts = [];
        foreach (string line in content.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            foreach (JsonElement choice in JsonElement.Parse(line[6..]).GetProperty("choices").EnumerateArray())
            {
                int index = choice.GetProperty("index").GetInt32();
                texts[index] = texts.GetValueOrDefault(index, "") + (choice.GetProperty("delta").TryGetProperty("content", out JsonElement text) ? text.GetString() : "");
            }
        }
        return [.. texts.Values];
    }
}
