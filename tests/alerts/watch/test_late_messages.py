"""Late messages are reported once to the operators, and each says so itself when it arrives."""

from datetime import timedelta

from bot.alerts.delivery import LATE_AFTER, Delivery, DeliveryKind
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.watch.facts import LateQueue, WatchNotice
from bot.alerts.watch.incidents import Incidents
from bot.alerts.watch.late_messages import LateMessages
from tests.alerts.watch.operators import OPERATOR, Operators
from tests.store.examples import NOON, TEAM, delivery, minutes, subscription
from tests.store.opened import Store
from tests.store.statements import count_writes

HOURS_3 = timedelta(hours=3)


class Watch:
    def __init__(self, operators: Operators) -> None:
        self.operators, self.is_refusing = operators, False
        self.said: list[tuple[str, WatchNotice]] = []
        self.restart()

    def restart(self) -> None:
        self.operators.restart()
        self.late = LateMessages(
            self.operators.store.watch,
            self.operators.incidents,
            TEAM,
            self.operators.clock,
            lambda: self.is_refusing,
        )

    async def fail_until(self, length: timedelta, error: str) -> None:
        """Lets each attempt to send fail, every 10 minutes, from now on for this long."""
        outbox, end = self.operators.store.outbox, self.operators.now + length
        while self.operators.now < end:
            for one in await outbox.claim(self.operators.now, 10, 60):
                if one.kind is DeliveryKind.NOTICE:
                    await outbox.confirm(one.id, "1.2", self.operators.now)
                    notice = WatchNotice.model_validate_json(one.content)
                    self.said.append((one.conversation, notice))
                else:
                    again = self.operators.now + minutes(10)
                    await outbox.retry(one.id, again, error, counts=False)
            await self.late.look()
            self.operators.now += minutes(10)


async def send_all(operators: Operators) -> list[Delivery]:
    """Sends what is due; returns the messages that readers wait for."""
    return [each for each in await operators.send_due() if each.kind is not DeliveryKind.NOTICE]


async def test_a_message_that_is_tried_for_hours_is_reported_once_and_so_is_its_end(
    operators: Operators,
) -> None:
    watch = Watch(operators)
    await operators.store.queue(delivery("a"))
    await watch.fail_until(HOURS_3, "no answer in 30 s")
    late = LateQueue(since=NOON, conversations=1, error="no answer in 30 s")
    assert watch.said == [(OPERATOR, WatchNotice(about=late))]
    [sent] = await send_all(operators)
    assert (sent.late_by, sent.error) == (HOURS_3, "no answer in 30 s")
    await watch.late.look()
    ended = (OPERATOR, WatchNotice(about=late, has_ended=True))
    assert await operators.send_notices() == [ended]
    await watch.late.look()
    assert await operators.send_notices() == []


async def test_the_late_messages_of_each_workspace_are_reported_with_its_name(
    operators: Operators,
) -> None:
    store, clock = operators.store, operators.clock
    await store.queue(delivery("a"), delivery("a", id="other", team="T2"))
    operators.now += HOURS_3
    for team in (TEAM, "T2"):
        incidents = Incidents(store.watch, operators.notices, team)
        is_home = team == TEAM
        late = LateMessages(store.watch, incidents, team, clock, lambda: False, is_home=is_home)
        await late.look()
    found = [each.about for _, each in await operators.send_notices()]
    assert [each.team for each in found if isinstance(each, LateQueue)] == ["", "T2"]


async def test_a_restart_neither_forgets_the_delay_nor_repeats_a_report(
    operators: Operators,
) -> None:
    watch = Watch(operators)
    await operators.store.queue(delivery("a"))
    for _ in range(6):
        await watch.fail_until(minutes(30), "no answer")
        await operators.store.outbox.release_all(operators.now)
        watch.restart()
    assert [to for to, _ in watch.said] == [OPERATOR]
    [sent] = await send_all(operators)
    assert sent.late_by == HOURS_3
    watch.restart()
    await watch.late.look()
    [(to, notice)] = await operators.send_notices()
    assert (to, notice.has_ended) == (OPERATOR, True)
    watch.restart()
    await watch.late.look()
    assert await operators.send_notices() == []


async def test_messages_that_wait_while_the_bot_is_down_say_so(operators: Operators) -> None:
    tried, untried = delivery("a"), delivery("b", "C2")
    await operators.store.queue(tried, untried)
    for one in await operators.store.outbox.claim(NOON, 10, 60):
        if one.id == tried.id:
            await operators.store.outbox.retry(one.id, NOON, "no answer", counts=False)
    operators.now += HOURS_3
    await operators.store.queue(delivery("c", "C3", due_at=operators.now - minutes(1)))
    await operators.store.outbox.release_all(operators.now)
    sent = {each.conversation: (each.late_by, each.error) for each in await send_all(operators)}
    assert sent == {
        "C1": (HOURS_3, "no answer"),
        "C2": (HOURS_3, "the bot was not running"),
        "C3": (None, ""),
    }


async def test_short_delays_digests_of_later_held_and_muted_messages_are_not_late(
    operators: Operators, store: Store
) -> None:
    watch = Watch(operators)
    tonight = NOON + timedelta(hours=20)
    await store.queue(
        delivery("digest", "C2", kind=DeliveryKind.DIGEST, due_at=tonight), delivery("a", "C3")
    )
    await store.subscriptions.add(subscription("C3"), 25)
    [claimed] = await store.outbox.claim(operators.now, 10, 60)
    await store.outbox.hold(claimed, tonight, "is_archived", operators.now, uncertain=False)
    await store.queue(delivery("muted", "C4"))
    await store.mutes.add(
        Mute(kind=MuteKind.CONVERSATION, team=TEAM, conversation="C4", until=tonight)
    )
    for minute in range(0, 600, 20):
        operators.now = NOON + minutes(minute)
        # Each message waits for less than the limit, but one always waits.
        await store.queue(delivery(f"n{minute}", due_at=operators.now))
        await watch.late.look()
        operators.now += LATE_AFTER - minutes(25)
        await store.outbox.claim(operators.now, 1, 60)
        await watch.late.look()
        [sent] = [one for one in await store.outbox.unsent(40) if one.conversation == "C1"]
        await store.outbox.confirm(sent.id, "1.2", operators.now)
    assert [one for one in await store.outbox.unsent(9) if one.kind is DeliveryKind.NOTICE] == []


async def test_a_message_that_a_conversation_refused_or_an_operator_queued_again_is_not_late(
    operators: Operators, store: Store
) -> None:
    await store.queue(delivery("a"), delivery("b"), delivery("c", "C2"))
    for one in await store.outbox.claim(operators.now, 10, 60):
        if one.conversation == "C1":
            await store.outbox.hold(one, NOON + minutes(60), "is_archived", NOON, uncertain=False)
        else:
            await store.outbox.give_up(one.id, "invalid_blocks")
    operators.now += HOURS_3
    assert await store.outbox.send_again(operators.now) == 1
    sent = await send_all(operators)
    assert {(each.conversation, each.late_by) for each in sent} == {("C1", None), ("C2", None)}
    assert len(sent) == 3


async def test_messages_that_were_dropped_or_forgotten_cause_no_message_to_readers(
    operators: Operators, store: Store
) -> None:
    watch = Watch(operators)
    dropped = delivery("a")
    await store.queue(dropped)
    await watch.fail_until(HOURS_3, "no answer")
    assert await store.outbox.drop(dropped.id)
    await watch.late.look()
    assert {to for to, _ in await operators.send_notices()} == {OPERATOR}


async def test_a_look_writes_nothing_while_nothing_begins_or_ends(
    operators: Operators, store: Store
) -> None:
    watch = Watch(operators)
    await store.queue(*(delivery("a", f"C{number}") for number in range(50)))
    operators.now += HOURS_3
    await watch.late.look()
    [notice] = [one for one in await store.outbox.unsent(60) if one.kind is DeliveryKind.NOTICE]
    about = WatchNotice.model_validate_json(notice.content).about
    assert isinstance(about, LateQueue)
    assert about.conversations == 50
    with count_writes(store.database) as writes:
        for _ in range(5):
            operators.now += minutes(1)
            await watch.late.look()
    assert writes == []


async def test_a_workspace_that_refuses_messages_is_not_reported_to_operators_again(
    operators: Operators,
) -> None:
    watch = Watch(operators)
    watch.is_refusing = True
    await operators.store.queue(delivery("a"))
    for _ in range(8):
        await watch.late.look()
        operators.now += minutes(10)
    watch.is_refusing = False
    [sent] = await operators.send_due()
    await watch.late.look()
    assert sent.late_by == minutes(80)
    assert await operators.send_notices() == []
