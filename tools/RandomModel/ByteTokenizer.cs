using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenFactory.RandomModel;

/// <summary>
/// A byte-level BPE tokenizer.json of a given size: the 256 bytes, filler words that no text encodes to but that every one decodes,
/// and an end token last. Text costs one token a byte.
/// </summary>
internal static class ByteTokenizer
{
    private const string EndToken = "<|endoftext|>";
    private const int Bytes = 256;
    private const string ChatTemplate =
        "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";

    /// <summary>Every token in the order of its id.</summary>
    public static IEnumerable<string> Words(int vocabulary)
    {
        int extra = 0;
        for (int b = 0; b < Bytes; b++)
        {
            // GPT-2's alphabet: a printable byte stands for itself, the others for characters from U+0100 on.
            bool printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            yield return ((char)(printable ? b : Bytes + extra++)).ToString();
        }
        for (int id = Bytes; id < vocabulary - 1; id++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Ġw{id}");
        }
        yield return EndToken;
    }

    public static void Write(string folder, int vocabulary)
    {
        if (vocabulary <= Bytes)
        {
            throw new ArgumentException($"A byte-level vocabulary has more than {Bytes} tokens; {vocabulary} were asked for.");
        }
        using FileStream file = File.Create(Path.Combine(folder, "tokenizer.json"));
        using Utf8JsonWriter writer = new(file);
        writer.WriteStartObject();
        writer.WriteString("version", "1.0");
        writer.WritePropertyName("added_tokens");
        new JsonArray(Added(vocabulary - 1)).WriteTo(writer);
        writer.WriteNull("normalizer");
        writer.WritePropertyName("pre_tokenizer");
        ByteLevel().WriteTo(writer);
        writer.WritePropertyName("post_processor");
        ByteLevel().WriteTo(writer);
        writer.WritePropertyName("decoder");
        ByteLevel().WriteTo(writer);
        writer.WriteStartObject("model");
        writer.WriteString("type", "BPE");
        WriteVocabulary(writer, vocabulary);
        writer.WriteStartArray("merges");
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        WriteSettings(folder);
    }

    private static void WriteVocabulary(Utf8JsonWriter writer, int vocabulary)
    {
        writer.WriteStartObject("vocab");
        int id = 0;
        foreach (string word in Words(vocabulary).SkipLast(1))
        {
            writer.WriteNumber(word, id++);
        }
        writer.WriteEndObject();
    }

    private static void WriteSettings(string folder)
    {
        JsonObject settings = new()
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["eos_token"] = EndToken,
            ["clean_up_tokenization_spaces"] = false,
            ["chat_template"] = ChatTemplate,
        };
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), settings.ToJsonString());
    }

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = true,
    };

    private static JsonObject Added(int id) => new()
    {
        ["id"] = id,
        ["content"] = EndToken,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };
}
