using System.Text.Json;
using System.Text.Json.Serialization;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Api.Administration.Wire;

/// <summary>A limit: a number, or an object with <c>amount</c> and <c>shadow</c>. Written as an object.</summary>
internal sealed class LimitConverter : JsonConverter<Limit>
{
    public override Limit Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return new Limit(Amount(ref reader));
        }
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }
        long? amount = null;
        bool isShadow = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "amount" when reader.TokenType == JsonTokenType.Number:
                    amount = Amount(ref reader);
                    break;
                case "shadow" when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                    isShadow = reader.GetBoolean();
                    break;
                default:
                    throw new JsonException();
            }
        }
        return new Limit(amount ?? throw new JsonException(), isShadow);
    }

    public override void Write(Utf8JsonWriter writer, Limit value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("amount", value.Amount);
        writer.WriteBoolean("shadow", value.IsShadow);
        writer.WriteEndObject();
    }

    private static long Amount(ref Utf8JsonReader reader) => reader.TryGetInt64(out long amount) ? amount : throw new JsonException();
}
