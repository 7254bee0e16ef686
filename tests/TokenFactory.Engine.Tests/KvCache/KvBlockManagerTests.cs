using CsCheck;
using TokenFactory.Engine.KvCache;
using Xunit;

namespace TokenFactory.Engine.Tests.KvCache;

public sealed class KvBlockManagerTests
{
    [Fact]
    public void TryGrow_MoreThanAvailable_ChangesNothing()
    {
        KvBlockManager blocks = new(3, 4);
        KvBlockTable table = new(8);

        Assert.False(blocks.TryGrow(table, 4));

        Assert.Equal(0, table.Count);
        Assert.Equal(3, blocks.FreeCount);
    }

    [Fact]
    public void Share_PublishedPrefix_GivesTheSameBlocks()
    {
        KvBlockManager blocks = new(8, 4);
        UInt128[] hashes = Hashes("system prompt of many", 2);
        KvBlockTable first = Filled(blocks, hashes);

        KvBlockTable second = new(8);
        Assert.Equal(2, blocks.CountKnown(hashes));
        blocks.Share(hashes, second);

        Assert.Equal(first.Blocks.ToArray(), second.Blocks.ToArray());
        Assert.Equal(2, blocks.UsedCount);
        blocks.CheckIntegrity();
    }

    [Fact]
    public void Release_PublishedBlocks_StayCachedUntilTheirRoomIsNeeded()
    {
        KvBlockManager blocks = new(4, 4);
        UInt128[] hashes = Hashes("abc", 3);
        blocks.Release(Filled(blocks, hashes));
        Assert.Equal((1, 3, 0), (blocks.FreeCount, blocks.CachedCount, blocks.UsedCount));

        KvBlockTable other = new(8);
        Assert.True(blocks.TryGrow(other, 2));

        // The block furthest from the prompt's start goes first: what is left is still a prefix.
        Assert.Equal(2, blocks.CountKnown(hashes));
        blocks.CheckIntegrity();
    }

    [Fact]
    public void Publish_SameContentsTwice_KeepsOneAndFreesTheOther()
    {
        KvBlockManager blocks = new(4, 4);
        UInt128[] hashes = Hashes("same", 1);
        KvBlockTable first = Filled(blocks, hashes);
        KvBlockTable second = Filled(blocks, hashes);

        blocks.Release(first);
        blocks.Release(second);

        Assert.Equal((3, 1), (blocks.FreeCount, blocks.CachedCount));
        blocks.CheckIntegrity();
    }

    [Fact]
    public void DropCache_CachedAndUsedBlocks_ForgetsOnlyTheCached()
    {
        KvBlockManager blocks = new(4, 4);
        UInt128[] kept = Hashes("kept", 1);
        Filled(blocks, kept);
        blocks.Release(Filled(blocks, Hashes("gone", 2)));

        blocks.DropCache();

        Assert.Equal((3, 0, 1), (blocks.FreeCount, blocks.CachedCount, blocks.UsedCount));
        Assert.Equal(1, blocks.CountKnown(kept));
        blocks.CheckIntegrity();
    }

    [Fact]
    public void AnyOperations_Randomly_KeepTheSumOfBlocks()
    {
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[1, 4]).Array[1, 200].Sample(operations =>
        {
            KvBlockManager blocks = new(12, 4);
            KvBlockTable?[] tables = new KvBlockTable?[6];
            foreach ((int kind, int slot, int size) in operations)
            {
                if (tables[slot] is { } table)
                {
                    blocks.Release(table);
                    tables[slot] = null;
                }
                else
                {
                    // Few distinct contents, so that sharing, duplicates and eviction all happen.
                    UInt128[] hashes = Hashes($"content {kind}", size);
                    int known = blocks.CountKnown(hashes);
                    if (size - known + blocks.CountUnused(hashes.AsSpan(0, known)) <= blocks.AvailableCount)
                    {
                        table = new KvBlockTable(8);
                        blocks.Share(hashes.AsSpan(0, known), table);
                        Assert.True(blocks.TryGrow(table, size));
                        for (int i = known; i < size; i++)
                        {
                            blocks.Publish(table[i], hashes[i]);
                        }
                        tables[slot] = table;
                    }
                }
                blocks.CheckIntegrity();
            }
        });
    }

    [Fact]
    public void Hash_DifferentSaltModelParentOrToken_Differs()
    {
        int[] tokens = [1, 2, 3, 4];
        UInt128 root = BlockHash.Root("model");
        HashSet<UInt128> hashes =
        [
            BlockHash.Of(root, tokens),
            BlockHash.Of(BlockHash.Root("model", "tenant"), tokens),
            BlockHash.Of(BlockHash.Root("other"), tokens),
            BlockHash.Of(BlockHash.Of(root, tokens), tokens),
            BlockHash.Of(root, [1, 2, 4, 3]),
        ];
        Assert.Equal(5, hashes.Count);
        Assert.Contains(BlockHash.Of(BlockHash.Root("model"), [1, 2, 3, 4]), hashes);
    }

    private static KvBlockTable Filled(KvBlockManager blocks, UInt128[] hashes)
    {
        KvBlockTable table = new(8);
        Assert.True(blocks.TryGrow(table, hashes.Length));
        for (int i = 0; i < hashes.Length; i++)
        {
            blocks.Publish(table[i], hashes[i]);
        }
        return table;
    }

    private static UInt128[] Hashes(string content, int count)
    {
        UInt128[] hashes = new UInt128[count];
        UInt128 parent = BlockHash.Root(content);
        for (int i = 0; i < count; i++)
        {
            parent = hashes[i] = BlockHash.Of(parent, [i]);
        }
        return hashes;
    }
}
