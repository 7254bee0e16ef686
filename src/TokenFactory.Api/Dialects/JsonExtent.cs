namespace TokenFactory.Api.Dialects;

/// <summary>
/// Finds where a JSON value ends, byte by byte, by its brackets and quotes alone: a value with other faults in it still has an end.
/// White space before the value is not its own.
/// </summary>
internal struct JsonExtent
{
    private int _depth;
    private bool _hasBegun;
    private bool _isEscaped;

    /// <summary>Whether the next byte is within a string, where brackets and marks are only letters.</summary>
    public bool IsInsideString { get; private set; }

    /// <summary>Whether the last byte that was taken ends the value. A number or a word ends only before a byte that is not its own.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes the next byte; false where the value ended before it.</summary>
    public bool Take(byte value)
    {
        if (IsInsideString)
        {
            TakeInsideString(value);
            return true;
        }
        switch (value)
        {
            case (byte)'"':
                IsInsideString = true;
                break;
            case (byte)'{' or (byte)'[':
                _depth++;
                break;
            case (byte)'}' or (byte)']' when _depth > 0:
                _depth--;
                IsComplete = _depth == 0;
                break;
            case (byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' when _depth == 0 && _hasBegun:
                IsComplete = true;
                return false;
            default:
                break;
        }
        _hasBegun = true;
        return true;
    }

    private void TakeInsideString(byte value)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
        }
        else if (value == '\\')
        {
            _isEscaped = true;
        }
        else if (value == '"')
        {
            IsInsideString = false;
            IsComplete = _depth == 0;
        }
    }
}
