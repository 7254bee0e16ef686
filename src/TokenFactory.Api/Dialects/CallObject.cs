using System.Buffers;
using System.Text.Json;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// Reads a call that is written as a JSON object with <c>name</c> and <c>arguments</c> (or <c>parameters</c>) in either order. The call
/// begins for its reader as soon as its name is known and its arguments have begun; from there on it is a call, whatever follows.
/// </summary>
/// <param name="sink">Hears the call.</param>
/// <param name="newId">Makes the id of a call that has none.</param>
/// <param name="names">The names that make the object a call; null: any name does, and a call without arguments is one too.</param>
internal sealed class CallObject(IAnswerSink sink, Func<string> newId, IReadOnlySet<string>? names = null)
{
    private readonly ArrayBufferWriter<byte> _raw = new(64);
    private readonly ArrayBufferWriter<byte> _word = new(32);
    private readonly ArrayBufferWriter<byte> _arguments = new(64);
    private Phase _phase = Phase.Open;
    private JsonExtent _extent;
    private string _field = "";
    private string? _name;
    private string? _id;
    private bool _hasArguments;

    private enum Phase
    {
        Open,
        Key,
        InKey,
        Colon,
        Value,
        InValue,
        Next,
        Done,
    }

    /// <summary>Whether the object was closed.</summary>
    public bool IsDone => _phase == Phase.Done;

    /// <summary>Whether it is a call.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the next byte is within a string.</summary>
    public bool IsInsideString => _phase is Phase.InKey or Phase.InValue && _extent.IsInsideString;

    /// <summary>What was read while it was no call.</summary>
    public ReadOnlySpan<byte> Raw => _raw.WrittenSpan;

    /// <summary>Takes the next byte; false where it cannot be part of such an object, which is then over.</summary>
    public bool Take(byte value)
    {
        bool isTaken = _phase switch
        {
            Phase.Open => Expect(value, (byte)'{', Phase.Key),
            Phase.Key => TakeKeyStart(value),
            Phase.InKey => TakeKey(value),
            Phase.Colon => Expect(value, (byte)':', Phase.Value),
            Phase.Value or Phase.InValue => TakeValue(value),
            Phase.Next => TakeNext(value),
            _ => false,
        };
        if (isTaken && !HasBegun)
        {
            _raw.Write([value]);
        }
        return isTaken;
    }

    /// <summary>Passes on the arguments that have gathered.</summary>
    public void PassOn()
    {
        if (HasBegun && _arguments.WrittenCount > 0)
        {
            sink.Arguments(_arguments.WrittenSpan);
            _arguments.ResetWrittenCount();
        }
    }

    /// <summary>No more will come. A call whose arguments were about to begin is one.</summary>
    public void Finish()
    {
        if (!HasBegun && _name is not null && _phase is Phase.Colon or Phase.Value && IsArguments(_field))
        {
            Begin();
        }
        PassOn();
    }

    private bool Expect(byte value, byte wanted, Phase next)
    {
        if (value == wanted)
        {
            _phase = next;
            return true;
        }
        return Marks.IsSpace(value);
    }

    private bool TakeKeyStart(byte value)
    {
        if (value == '}')
        {
            return Close();
        }
        if (value == '"')
        {
            StartWord();
            _phase = Phase.InKey;
            return TakeKey(value);
        }
        return Marks.IsSpace(value);
    }

    private bool TakeKey(byte value)
    {
        _extent.Take(value);
        _word.Write([value]);
        if (_extent.IsComplete)
        {
            _field = ReadWord() ?? "";
            _phase = Phase.Colon;
        }
        return true;
    }

    private bool TakeValue(byte value)
    {
        if (_phase == Phase.Value)
        {
            if (Marks.IsSpace(value))
            {
                return true;
            }
            StartWord();
            _phase = Phase.InValue;
        }
        if (!_extent.Take(value))
        {
            return EndValue() && TakeNext(value);
        }
        if (IsArguments(_field))
        {
            _hasArguments = true;
            _arguments.Write([value]);
            TryBegin();
        }
        else
        {
            _word.Write([value]);
        }
        return !_extent.IsComplete || EndValue();
    }

    /// <summary>False where the value makes the object no call.</summary>
    private bool EndValue()
    {
        _phase = Phase.Next;
        if (_field == "name" && !HasBegun)
        {
            _name = ReadWord();
            if (_name is null || names?.Contains(_name) == false)
            {
                return false;
            }
            TryBegin();
        }
        else if (_field == "id" && !HasBegun)
        {
            _id = ReadWord();
        }
        return true;
    }

    private bool TakeNext(byte value)
    {
        if (value == '}')
        {
            return Close();
        }
        return Expect(value, (byte)',', Phase.Key);
    }

    private bool Close()
    {
        if (!HasBegun && _name is not null && names is null)
        {
            _arguments.Write("{}"u8);
            Begin();
        }
        _phase = Phase.Done;
        return HasBegun;
    }

    private void TryBegin()
    {
        if (!HasBegun && _hasArguments && _name is not null)
        {
            Begin();
        }
    }

    private void Begin()
    {
        HasBegun = true;
        sink.BeginCall(_id ?? newId(), _name!);
    }

    private void StartWord()
    {
        _extent = default;
        _word.ResetWrittenCount();
    }

    /// <summary>The string that was read; null where it is none or no text.</summary>
    private string? ReadWord()
    {
        try
        {
            Utf8JsonReader reader = new(_word.WrittenSpan);
            return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsArguments(string field) => field is "arguments" or "parameters";
}
