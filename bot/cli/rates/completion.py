"""Completes the words of a question in a shell: economies, and words that questions have."""

import click
from click.shell_completion import CompletionItem

from bot.errors import TariffwireError
from bot.runtime.config.loader import load_parties
from bot.runtime.settings import load_settings

_WORDS = {
    "changes": "recent changes of duties",
    "history": "with every change",
    "not usmca": "without a claim of USMCA origin",
    "on": "a day, or the country of origin",
    "since": "the first day of changes",
    "upcoming": "upcoming changes",
    "usmca": "with a claim of USMCA origin",
    "vs": "another origin, for comparison",
}


def complete_word(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The economies and words that begin with `incomplete`, in lower case.

    None if the config folder cannot be read: a shell shows no errors while a person types.
    """
    start = incomplete.casefold()
    try:
        parties = load_parties(load_settings().config_dir / "parties.yaml")
    except TariffwireError:
        return []
    known = {party.name.casefold(): party.code for party in parties} | _WORDS
    return [
        CompletionItem(word, help=about)
        for word, about in sorted(known.items())
        if word.startswith(start)
    ]
