namespace TokenFactory.DemoModel.Training;

/// <summary>One batch: <paramref name="Inputs"/> [rows * length], the next tokens, and the flat places where the loss counts.</summary>
internal sealed record Batch(long[] Inputs, long[] Targets, long[] Places);

/// <summary>
/// Packs documents into rows. A row starts with a whole document, as a request does; further documents follow while they fit
/// whole. Places that are not learned, and the padding, carry no loss.
/// </summary>
internal sealed class RowPacker
{
    private const int Lookahead = 64;

    private readonly IReadOnlyList<EncodedDocument> _documents;
    private readonly int _rows;
    private readonly int _length;
    private readonly int _separator;

    public RowPacker(IReadOnlyList<EncodedDocument> documents, int rows, int length, int separator)
    {
        _documents = documents;
        _rows = rows;
        _length = length;
        _separator = separator;
    }

    /// <summary>The batches of one pass over the documents, in an order given by <paramref name="seed"/>; the last, partial one is left out.</summary>
    public IEnumerable<Batch> Pass(int seed)
    {
        int[] order = [.. Enumerable.Range(0, _documents.Count)];
        new Random(seed).Shuffle(order);
        var waiting = new LinkedList<EncodedDocument>(order.Select(index => _documents[index]));
        while (true)
        {
            var batch = new BatchBuilder(_rows, _length);
            for (int row = 0; row < _rows; row++)
            {
                if (waiting.First is null)
                    yield break;
                FillRow(batch, row, waiting);
            }
            yield return batch.Build();
        }
    }

    private void FillRow(BatchBuilder batch, int row, LinkedList<EncodedDocument> waiting)
    {
        var ids = new List<int>(_length + 1);
        var learned = new List<bool>(_length + 1);
        while (TakeFitting(waiting, _length + 1 - ids.Count, ids.Count == 0) is { } document)
        {
            ids.AddRange(document.Ids);
            learned.AddRange(document.Learned);
            if (document.Ids[^1] != _separator)
            {
                ids.Add(_separator);
                learned.Add(false);
            }
        }
        batch.SetRow(row, ids, learned, _separator);
    }

    /// <summary>Takes the first of the next documents that fits in <paramref name="room"/>; an empty row takes the first of all, cut.</summary>
    private static EncodedDocument? TakeFitting(LinkedList<EncodedDocument> waiting, int room, bool any)
    {
        int seen = 0;
        for (LinkedListNode<EncodedDocument>? node = waiting.First; node is not null && seen < Lookahead; node = node.Next, seen++)
        {
            if (!any && node.Value.Ids.Length > room)
                continue;
            waiting.Remove(node);
            return node.Value;
        }
        return null;
    }

    /// <summary>The arrays of a batch while its rows are being set.</summary>
    private sealed class BatchBuilder(int rows, int length)
    {
        private readonly long[] _inputs = new long[rows * length];
        private readonly long[] _targets = new long[rows * length];
        private readonly List<long> _places = [];

        public void SetRow(int row, List<int> ids, List<bool> learned, int padding)
        {
            for (int i = 0; i < length; i++)
            {
                int place = (row * length) + i;
                _inputs[place] = i < ids.Count ? ids[i] : padding;
                _targets[place] = i + 1 < ids.Count ? ids[i + 1] : padding;
                if (i + 1 < ids.Count && learned[i + 1])
                    _places.Add(place);
            }
        }

        public Batch Build() => new(_inputs, _targets, [.. _places]);
    }
}
