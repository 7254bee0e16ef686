using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TokenFactory.Engine.Loop;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>
/// Bodies mutated from valid ones, to every endpoint that generates or reads text: each is answered, with an answer or with an error in the
/// protocol's form that blames the client, and nothing is left running. A failure names the body, which is made from its number alone.
/// </summary>
[Collection(Alone.Name)]
public sealed class FuzzTests
{
    private const int Bodies = 50_000;
    private const int AtOnce = 24;
    private const int LongestBody = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly (string Path, string Body)[] Seeds =
    [
        ("/v1/chat/completions", """{"model":"hash","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hello"}]}],"max_tokens":3,"temperature":0.7,"top_p":0.9,"n":2,"stop":["x","y"],"seed":5,"logit_bias":{"65":1.5},"logprobs":true,"top_logprobs":2}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello"}],"max_completion_tokens":3,"stream":true,"stream_options":{"include_usage":true},"metadata":{"a":"b"},"service_tier":"flex","user":"u","reasoning_effort":"low"}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello"}],"max_tokens":4,"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","properties":{"a":{"type":"integer","minimum":0,"maximum":9},"b":{"anyOf":[{"type":"null"},{"type":"string","maxLength":3}]}},"required":["a","b"],"additionalProperties":false}}}}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"role":"tool","tool_call_id":"c1","content":"2"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}}],"tool_choice":"auto","max_tokens":4}"""),
        ("/v1/completions", """{"model":"hash","prompt":["one",[65,66,67]],"max_tokens":3,"n":1,"echo":false,"logprobs":2,"presence_penalty":0.5,"frequency_penalty":-0.5,"repetition_penalty":1.1,"top_k":5,"min_p":0.1,"stop_token_ids":[3],"ignore_eos":false,"cache_salt":"s"}"""),
        ("/v1/completions", """{"prompt":"Say","max_tokens":3,"guided_regex":"[a-c]{1,3}(x|y)?","stream":true}"""),
        ("/v1/completions", """{"prompt":"Say","max_tokens":3,"structured_outputs":{"grammar":"root ::= \"a\" item*\nitem ::= [0-9] | \"-\""}}"""),
        ("/v1/messages", """{"model":"hash","max_tokens":3,"system":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"Hello"}]},{"role":"assistant","content":"Hi"},{"role":"user","content":"Again"}],"stop_sequences":["x"],"temperature":0.5,"stream":false}"""),
        ("/v1/messages", """{"max_tokens":3,"messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"tool_use","id":"t1","name":"f","input":{"x":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"2"}]}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object"}}],"tool_choice":{"type":"none"},"thinking":{"type":"enabled","budget_tokens":1024},"metadata":{"user_id":"u"},"stream":true}"""),
        ("/v1/messages/count_tokens", """{"model":"hash","messages":[{"role":"user","content":"Hello"}]}"""),
        ("/v1/responses", """{"model":"hash","instructions":"Be brief.","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]},{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"x\":1}"},{"type":"function_call_output","call_id":"c1","output":"2"},{"role":"assistant","content":"Hi"}],"max_output_tokens":3,"temperature":0.7,"top_p":0.9,"metadata":{"a":"b"},"include":["message.output_text.logprobs"],"top_logprobs":2,"store":false,"truncation":"auto"}"""),
        ("/v1/responses", """{"input":"Hello","max_output_tokens":3,"stream":true,"store":false,"text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}}},"reasoning":{"effort":"low","summary":"auto"},"tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}}"""),
        ("/v1/responses", """{"input":[{"role":"user","content":"Hello"}],"max_output_tokens":2,"background":true,"stream":true,"stream_options":{"include_obfuscation":false},"parallel_tool_calls":true}"""),
        ("/v1/responses/input_tokens", """{"model":"hash","input":"Hello"}"""),
        ("/v1/embeddings", """{"model":"hash","input":["one",[65,66,67]],"encoding_format":"float","dimensions":4,"user":"u"}"""),
        ("/v1/embeddings", """{"input":[65,66,67],"encoding_format":"base64","cache_salt":"s"}"""),
        ("/v1/batches", """{"input_file_id":"file-0","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"a":"b"},"output_expires_after":{"anchor":"created_at","seconds":3600}}"""),
        ("/tokenize", """{"model":"hash","prompt":"Hello","add_special_tokens":true,"return_token_strs":true}"""),
        ("/detokenize", """{"model":"hash","tokens":[72,101,108]}"""),
    ];

    private static readonly string[] Oddities =
    [
        "null", "true", "\"\"", "\"\\u0000\"", "-1", "0", "1e308", "-1e-320", "123456789012345678901234567890", "2147483648", "0.5", "[]", "{}", "[[]]", "[null]", "{\"type\":\"object\"}", "\"text\"",
        "\"auto\"", "\"assistant\"", "[1,2,3]", "{\"\":{\"\":[]}}", "\"\\\\\"", "[\"\",\"\"]", "9007199254740993", "{\"$ref\":\"#\"}", "\"(((((((((((\"", "\"(a|b|c|d){1,2000}\"", "\"root ::= root root | root\"",
    ];

    [Fact]
    public async Task Post_MutatedBodies_AreAnsweredAndBlameTheClient()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce }) { BaseAddress = host.Client.BaseAddress, Timeout = Patience };
        ConcurrentDictionary<int, int> statuses = [];
        ConcurrentQueue<string> wrong = [];

        await Parallel.ForEachAsync(Enumerable.Range(0, Bodies), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, cancellation) =>
        {
            (string path, byte[] body) = Make(number);
            if (await FindProblemAsync(client, path, body, number, statuses, cancellation) is { } problem)
            {
                wrong.Enqueue($"{number} {path}: {problem}: {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 600)))}");
            }
        });

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(5)));
        Assert.True(statuses.GetValueOrDefault(200) > Bodies / 50 && statuses.GetValueOrDefault(400) > Bodies / 4, "some bodies are right and many wrong");
        await host.UntilRunsAsync(running => running == 0);
        EngineSnapshot after = await host.Engine.SnapshotAsync();
        Assert.Equal((0, 0), (after.KvUsed, host.Engine.Status.TotalWaiting));
        Assert.Null(host.Engine.FindProblem());
    }

    private static async Task<string?> FindProblemAsync(
        HttpClient client, string path, byte[] body, int number, ConcurrentDictionary<int, int> statuses, CancellationToken cancellation)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = content };
        // Some clients leave before the answer is whole.
        bool leaves = number % 97 == 0;
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            int status = (int)response.StatusCode;
            statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            if (status >= 500)
            {
                return $"{status} {await response.Content.ReadAsStringAsync(cancellation)}";
            }
            if (leaves)
            {
                return null;
            }
            string text = await response.Content.ReadAsStringAsync(cancellation);
            if (status == 200)
            {
                return text.Contains("server_error", StringComparison.Ordinal) ? text : null;
            }
            JsonElement error = JsonElement.Parse(text);
            return error.TryGetProperty("error", out JsonElement inner) && inner.TryGetProperty("message", out JsonElement message) && message.GetString() is { Length: > 0 } ? null : $"{status} without an error: {text}";
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "no answer in time";
        }
        catch (JsonException)
        {
            return "an error that is no JSON";
        }
    }

    private static (string Path, byte[] Body) Make(int number)
    {
        Random random = new(number);
        (string path, string seed) = Seeds[random.Next(Seeds.Length)];
        JsonNode? root = JsonNode.Parse(seed);
        for (int i = random.Next(4); i > 0; i--)
        {
            Mutate(root!, random);
        }
        byte[] body = Encoding.UTF8.GetBytes(root!.ToJsonString());
        // Bodies above the limit are refused before they are read whole, which is another test's.
        body = body.Length > LongestBody ? Encoding.UTF8.GetBytes(seed) : body;
        return (path, random.Next(8) == 0 ? Damage(body, random) : body);
    }

    /// <summary>Changes one thing somewhere below a node.</summary>
    private static void Mutate(JsonNode root, Random random)
    {
        JsonNode place = root;
        while (Children(place) is { Count: > 0 } children && random.Next(3) > 0)
        {
            place = children[random.Next(children.Count)];
        }
        switch (place)
        {
            case JsonObject container when container.Count > 0:
                string name = container.ElementAt(random.Next(container.Count)).Key;
                switch (random.Next(5))
                {
                    case 0:
                        container.Remove(name);
                        break;
                    case 1:
                        container[$"{name}_{random.Next(3)}"] = Odd(random);
                        break;
                    case 2:
                        container[name] = Deep(random.Next(200), random);
                        break;
                    case 3:
                        container[name] = Many(container[name], random.Next(200));
                        break;
                    default:
                        container[name] = Odd(random);
                        break;
                }
                break;
            case JsonArray list:
                if (list.Count > 0 && random.Next(2) == 0)
                {
                    list[random.Next(list.Count)] = Odd(random);
                }
                else
                {
                    list.Add(Odd(random));
                }
                break;
        }
    }

    private static List<JsonNode> Children(JsonNode node) => node switch
    {
        JsonObject container => [.. container.Select(pair => pair.Value).Where(value => value is JsonObject or JsonArray).Select(value => value!)],
        JsonArray list => [.. list.Where(value => value is JsonObject or JsonArray).Select(value => value!)],
        _ => [],
    };

    private static JsonNode? Odd(Random random) => JsonNode.Parse(Oddities[random.Next(Oddities.Length)]);

    private static JsonNode Deep(int depth, Random random)
    {
        JsonNode node = JsonValue.Create(1);
        for (int i = 0; i < depth; i++)
        {
            node = random.Next(2) == 0 ? new JsonArray(node) : new JsonObject { ["properties"] = node };
        }
        return node;
    }

    private static JsonArray Many(JsonNode? node, int count) => [.. Enumerable.Range(0, count).Select(_ => node?.DeepClone())];

    /// <summary>Cuts, flips or puts in bytes.</summary>
    private static byte[] Damage(byte[] body, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                // Half a surrogate pair, which is no text.
                return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("e", "\\ud800", StringComparison.Ordinal));
            case 1:
                return body[..random.Next(body.Length)];
            case 2:
                body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
                return body;
            case 3:
                return [.. body[..(body.Length / 2)], 0xff, 0xfe, .. body[(body.Length / 2)..]];
            default:
                return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{new string('[', random.Next(3000))}{random.Next()}"));
        }
    }
}
