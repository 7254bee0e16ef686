namespace TokenFactory.Engine.Speculation;

/// <summary>
/// How many tokens are drafted for a sequence, by how its drafts fared: more where all were right, fewer where not, and none for a
/// growing while where none was, so that a text without repetition pays next to nothing.
/// </summary>
public struct DraftPace
{
    private const int AtFirst = 4;
    private const int LongestPause = 64;

    private int _length;
    private int _pause;
    private int _steps;

    /// <summary>Drafts for the next step, at most <paramref name="most"/>; 0 while it pauses.</summary>
    public int Next(int most)
    {
        if (_steps > 0)
        {
            _steps--;
            return 0;
        }
        return Math.Min(_length == 0 ? AtFirst : _length, most);
    }

    /// <summary>Takes in how many of the drafts were right.</summary>
    public void Learn(int drafted, int accepted)
    {
        if (accepted == drafted)
        {
            _length = Math.Max(_length, drafted) + 2;
            _pause = 0;
        }
        else if (accepted > 0)
        {
            _length = accepted + 1;
            _pause = 0;
        }
        else
        {
            _length = 2;
            _pause = Math.Min(Math.Max(1, _pause * 2), LongestPause);
            _steps = _pause;
        }
    }
}
