using TokenFactory.Web.Playground.Answers;
using TokenFactory.Web.Playground.Conversations;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class ConversationTests
{
    private readonly Conversation _conversation = new();

    [Fact]
    public void ToMessages_WithSystem_IsTheTemplatesOrder()
    {
        _conversation.Ask("A");
        _conversation.AddAnswer(new Answer("B", AnswerFigures.Running(1, 1, null, default)));

        Assert.Equal([("system", "S"), ("user", "A"), ("assistant", "B")], _conversation.ToMessages("S").Select(message => (message.Role.Value, message.Text)));
    }

    [Fact]
    public void ToMessages_BlankSystem_HasNone()
    {
        _conversation.Ask("A");

        Assert.Equal([("user", "A")], _conversation.ToMessages(" \n").Select(message => (message.Role.Value, message.Text)));
    }

    [Fact]
    public void TakeBackAnswer_QuestionStandsLast_KeepsIt()
    {
        _conversation.Ask("A");

        _conversation.TakeBackAnswer();

        Assert.Single(_conversation.Turns);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(2)]
    public void Edit_NoUsersTurn_Throws(int index)
    {
        _conversation.Ask("A");
        _conversation.AddAnswer(new Answer("B", AnswerFigures.Running(1, 1, null, default)));

        Assert.Throws<ArgumentOutOfRangeException>(() => _conversation.Edit(index, "C"));
    }
}
