"""Writes approved rates as `approved.yaml`, a file that overrides the other rates files."""

from decimal import Decimal

import yaml

from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.overlay import StaleApproval, build_overlay
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.config.loader import load_approved, load_files
from bot.runtime.settings import Settings
from bot.store.read_only import approved_rates

_HEADER = """\
# Rates that operators approved. They override the other files of this folder. To review a row, move
# it into the file of its imposer, with the source under the name approved-ID, and delete it here.
"""


def export_rates(settings: Settings) -> tuple[str, tuple[StaleApproval, ...]]:
    """The new text of `approved.yaml`, and the approvals that no longer fit the rates files.

    The text has the rows of the current `approved.yaml` and the approvals in the database. Rates
    that are already in the other rates files are left out. The text is empty if the database has no
    new approvals. Raises ConfigError and StoreError.
    """
    folder, parties = settings.config_dir / "rates", ConfigFolder(settings).parties
    present = load_approved(folder, load_files(folder, parties), parties)
    new = build_overlay(present.book, approved_rates(settings.database), parties)
    text = format_approved(*present.applied, *new.applied) if new.applied else ""
    return text, new.left_out


def format_approved(*amendments: Amendment) -> str:
    """The text of an `approved.yaml` with these rates."""
    rows = [one.model_dump(by_alias=True, exclude_defaults=True) for one in amendments]
    return _HEADER + yaml.dump(
        {"approved": rows}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100
    )


class _Dumper(yaml.SafeDumper):
    """Writes YAML without aliases and with each Decimal as a plain number."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _represent_number(dumper: _Dumper, value: Decimal) -> yaml.Node:
    digits = f"{value:f}"
    return dumper.represent_scalar(
        f"tag:yaml.org,2002:{'float' if '.' in digits else 'int'}", digits
    )


_Dumper.add_representer(Decimal, _represent_number)
