"""Late messages are reported once to the operators, and once where they arrive."""

from datetime import timedelta

from bot.alerts.delivery import DeliveryKind
from bot.alerts.watch.late_messages import LATE_AFTER, LateMessages
from tests.alerts.watch.operators import OPERATOR, Operators
from tests.store.examples import NOON, TEAM, delivery, minutes, subscription
from tests.store.opened import Store

HOURS_3 = timedelta(hours=3)


class Watch:
    def __init__(self, operators: Operators) -> None:
        self.operators, self.is_refusing = operators, False
        self.said: list[tuple[str, str]] = []
        self.restart()

    def restart(self) -> None:
        self.operators.restart()
        self.late = LateMessages(
            self.operators.store.watch,
            self.operators.notices,
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
                    self.said.append((one.conversation, one.reason))
                else:
                    again = self.operators.now + minutes(10)
                    await outbox.retry(one.id, again, error, counts=False)
            await self.late.look()
            self.operators.now += minutes(10)


async def test_a_message_that_is_tried_for_hours_is_reported_once_and_so_is_its_end(
    operators: Operators,
) -> None:
    watch = Watch(operators)
    await operators.store.queue(delivery("a"))
    await watch.fail_until(HOURS_3, "no answer in 30 s")
    [(to, began)] = watch.said
    assert to == OPERATOR
    assert "Messages to 1 conversation wait since 2025-05-12 12:00 UTC" in began
    assert "no answer in 30 s" in began
    await operators.send_due()
    await watch.late.look()
    assert await operators.send_notices() == [
        (
            "C1",
            "Messages here came up to 3 h late, because the last attempt failed: no answer in "
            "30 s.",
        ),
        (OPERATOR, "Messages are sent in time again. They were late since 2025-05-12 12:00 UTC."),
    ]
    await watch.late.look()
    assert await operators.send_notices() == []


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
    await operators.send_due()
    watch.restart()
    await watch.late.look()
    [to_channel, to_operator] = await operators.send_notices()
    assert "came up to 3 h late" in to_channel[1]
    assert "in time again" in to_operator[1]
    watch.restart()
    await watch.late.look()
    assert await operators.send_notices() == []


async def test_messages_that_wait_while_the_bot_is_down_say_so(operators: Operators) -> None:
    await operators.store.queue(delivery("a"), delivery("b", "C2"))
    operators.now += HOURS_3
    watch = Watch(operators)
    await watch.late.look()
    await operators.send_due()
    await watch.late.look()
    said = dict(await operators.send_notices())
    expected = "Messages here came up to 3 h late, because the bot was not running."
    assert said["C1"] == said["C2"] == expected


async def test_short_delays_digests_of_later_and_held_messages_are_not_late(
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
    for minute in range(0, 600, 20):
        operators.now = NOON + minutes(minute)
        # Each message waits for less than the limit, but one always waits.
        await store.queue(delivery(f"n{minute}", due_at=operators.now))
        await watch.late.look()
        operators.now += LATE_AFTER - minutes(25)
        await store.outbox.claim(operators.now, 1, 60)
        await watch.late.look()
        [sent] = [one for one in await store.outbox.unsent(20) if one.conversation == "C1"]
        await store.outbox.confirm(sent.id, "1.2", operators.now)
    assert await operators.send_notices() == []


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
    await operators.send_due()
    await watch.late.look()
    [(to, text)] = await operators.send_notices()
    assert to == "C1"
    assert text == (
        "Messages here came up to 70 min late, because Slack refused all messages of the bot."
    )
