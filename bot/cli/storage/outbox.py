"""Commands about messages that are not sent yet or have failed. They also work while the bot
runs."""

import asyncio

import click

from bot.alerts.delivery import Delivery, DeliveryState
from bot.cli.output import echo, print_json, report_errors
from bot.errors import TariffwireError
from bot.runtime.settings import load_settings
from bot.store.outbox import Outbox

_IN_PROGRESS = (DeliveryState.RESERVED, DeliveryState.SENDING)


@click.group()
def outbox() -> None:
    """List unsent and failed messages; retry or drop them."""


@outbox.command("list")
@click.option("--failed", is_flag=True, help="Failed messages, newest first.")
@click.option("--dropped", is_flag=True, help="Dropped messages, newest first.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per message.")
@report_errors
def list_messages(failed: bool, dropped: bool, limit: int, as_json: bool) -> None:
    """List the messages that are not sent yet, or those that failed or were dropped."""
    if failed and dropped:
        raise click.UsageError("Pass either --failed or --dropped.")
    state = DeliveryState.FAILED if failed else DeliveryState.DROPPED if dropped else None
    asyncio.run(_list(state, limit, as_json))


async def _list(ended: DeliveryState | None, limit: int, as_json: bool) -> None:
    from bot.runtime.wiring.basics import open_store

    settings = load_settings()
    async with open_store(settings) as store:
        outbox = store.outbox
        found = await (outbox.unsent(limit) if ended is None else outbox.ended(ended, limit))
        counts = await store.outbox.counts()
    for delivery in found:
        if as_json:
            print_json(_fields(delivery))
        else:
            echo(_line(delivery, shows_team=settings.serves_many))
    if not as_json:
        named = (f"{number} {state}" for state, number in counts.items() if number)
        echo(", ".join(named) or "the outbox is empty", err=True)


def _fields(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "state": delivery.state,
        "kind": delivery.kind,
        "team": delivery.team,
        "conversation": delivery.conversation,
        "stories": list(delivery.story_ids),
        "event": delivery.event_id or None,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at.isoformat(),
        "held_at": delivery.held_at.isoformat() if delivery.held_at else None,
        "uncertain": delivery.uncertain,
        "error": delivery.error,
    }


def _line(delivery: Delivery, *, shows_team: bool) -> str:
    parts = [
        delivery.id,
        delivery.state,
        delivery.kind,
        delivery.team if shows_team else "",
        delivery.conversation,
        f"due {delivery.due_at:%Y-%m-%d %H:%M}Z",
        f"{delivery.attempts} attempts" if delivery.attempts else "",
        "may have been posted" if delivery.uncertain else "",
        delivery.error,
    ]
    return "  ".join(filter(None, parts))


@outbox.command()
@click.argument("delivery_id", metavar="ID", required=False)
@click.option("--all-failed", is_flag=True, help="All failed messages.")
@report_errors
def retry(delivery_id: str | None, all_failed: bool) -> None:
    """Send a failed message again, or send a waiting message now. A running bot does it within 30
    seconds."""
    if (delivery_id is None) is not all_failed:
        raise click.UsageError("Pass either one ID or --all-failed.")
    count = asyncio.run(_retry(delivery_id))
    echo(f"queued {count} message{'' if count == 1 else 's'}")


async def _retry(delivery_id: str | None) -> int:
    from bot.runtime.wiring.basics import open_store, read_clock

    async with open_store(load_settings()) as store:
        count = await store.outbox.send_again(read_clock(), delivery_id)
        if not count and delivery_id is not None:
            raise await _refusal(store.outbox, delivery_id)
    return count


@outbox.command()
@click.argument("delivery_id", metavar="ID")
@report_errors
def drop(delivery_id: str) -> None:
    """Do not send this message. `tariffwire outbox retry` undoes it."""
    asyncio.run(_drop(delivery_id))
    echo(f"dropped {delivery_id}")


async def _drop(delivery_id: str) -> None:
    from bot.runtime.wiring.basics import open_store

    async with open_store(load_settings()) as store:
        if not await store.outbox.drop(delivery_id):
            raise await _refusal(store.outbox, delivery_id)


async def _refusal(outbox: Outbox, delivery_id: str) -> TariffwireError:
    """The error that says why the message cannot be changed."""
    found = await outbox.get(delivery_id)
    if found is None:
        return TariffwireError(delivery_id, "no such message", "See: tariffwire outbox list")
    if found.state in _IN_PROGRESS:
        cure = "Try again in a few minutes. If no bot runs, start it once"
        return TariffwireError(delivery_id, "it is being sent", cure)
    return TariffwireError(delivery_id, f"it is {found.state}")
