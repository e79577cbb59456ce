"""The bot is ready once all reasons against it are cleared."""

from bot.readiness import NotReady, Readiness


def test_each_reason_holds_until_it_is_cleared() -> None:
    readiness = Readiness()
    assert list(readiness.reasons) == []
    readiness.set(NotReady.DATABASE)
    readiness.set(NotReady.POSTS_REFUSED)
    readiness.set(NotReady.DATABASE)
    assert list(readiness.reasons) == [NotReady.DATABASE, NotReady.POSTS_REFUSED]
    readiness.clear(NotReady.DATABASE)
    readiness.clear(NotReady.DATABASE)
    assert list(readiness.reasons) == [NotReady.POSTS_REFUSED]
