namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>
/// Attention over paged keys and values. A layer's step has two phases, each of tasks that any threads run in any order; all of the first
/// must have ended before one of the second begins. What a token gets depends neither on the tasks' order nor on the other sequences of
/// the step. Nothing here allocates, locks or throws.
/// </summary>
internal static unsafe class PagedAttention
{
    private const int TokensOfPrepare = 32;
    private const int RowsOfAttend = 64;

    /// <summary>Tasks of <see cref="RunPrepare"/>.</summary>
    public static int PrepareTasks(in AttentionArguments args) =>
        (args.Tokens + TokensOfPrepare - 1) / TokensOfPrepare * args.Layout.KvHeads;

    /// <summary>Norms and rotates some of the step's keys and writes them with their values into the pool.</summary>
    public static void RunPrepare(in AttentionArguments args, int task)
    {
        int head = task % args.Layout.KvHeads, first = task / args.Layout.KvHeads * TokensOfPrepare;
        int end = Math.Min(first + TokensOfPrepare, args.Tokens);
        switch (args.Layout.Format)
        {
            case KvFormat.Fp32:
                KvWriter<Fp32Element>.Write(args, head, first, end);
                break;
            case KvFormat.Fp16:
                KvWriter<Fp16Element>.Write(args, head, first, end);
                break;
            default:
                KvWriter<Int8Element>.Write(args, head, first, end);
                break;
        }
    }

    /// <summary>
    /// Tasks of <see cref="RunAttend"/>, the most expensive of a slice first. Writes <see cref="AttentionSlice.FirstTask"/> of all slices:
    /// to be called once before the tasks, whose number and place depend on slices and heads alone.
    /// </summary>
    public static int AttendTasks(in AttentionArguments args)
    {
        int tasks = 0, queries = QueriesOfTask(args.Group);
        for (int i = 0; i < args.SliceCount; i++)
        {
            args.Slices[i].FirstTask = tasks;
            tasks += (args.Slices[i].Count + queries - 1) / queries * args.Layout.KvHeads;
        }
        return tasks;
    }

    /// <summary>Bytes that a task of <see cref="RunAttend"/> works in.</summary>
    public static long ScratchBytes(in KvPoolLayout layout, int heads) =>
        AttentionScratch.Bytes(layout, RowsOfTask(heads / layout.KvHeads));

    /// <summary>Computes some queries of one slice and KV head, all query heads of its group.</summary>
    /// <param name="args">The step's.</param>
    /// <param name="task">Its number.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/> that no other task uses meanwhile.</param>
    public static void RunAttend(in AttentionArguments args, int task, byte* scratch)
    {
        ref readonly AttentionSlice slice = ref args.Slices[SliceOf(args, task)];
        int queries = QueriesOfTask(args.Group);
        int place = task - slice.FirstTask, head = place % args.Layout.KvHeads;
        int part = ((slice.Count + queries - 1) / queries) - 1 - (place / args.Layout.KvHeads);
        int first = part * queries, count = Math.Min(queries, slice.Count - first);
        AttentionScratch memory = new(args.Layout, RowsOfTask(args.Group), scratch);
        switch (args.Layout.Format)
        {
            case KvFormat.Fp32:
                AttendTask<Fp32Element>.Run(args, slice, head, first, count, memory);
                break;
            case KvFormat.Fp16:
                AttendTask<Fp16Element>.Run(args, slice, head, first, count, memory);
                break;
            default:
                AttendTask<Int8Element>.Run(args, slice, head, first, count, memory);
                break;
        }
    }

    private static int QueriesOfTask(int group) => Math.Max(1, RowsOfAttend / group);

    private static int RowsOfTask(int group) => AttentionScratch.Round(Math.Max(RowsOfAttend, group));

    private static int SliceOf(in AttentionArguments args, int task)
    {
        int low = 0, high = args.SliceCount - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (args.Slices[middle].FirstTask <= task)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }
        return low;
    }
}
