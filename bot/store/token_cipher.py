"""Encrypts the bot tokens of installations with the keys of TARIFFWIRE_TOKEN_KEYS.

Fernet from the library cryptography encrypts and signs a token together with its workspace, so that
a token that was copied to another row is not accepted. The first key encrypts, and all keys
decrypt: to replace a key, put the new one in front, run `tariffwire workspaces rotate-keys`, and
remove the old one.
"""

import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import SettingsError, StoreError

_SETTING = "TARIFFWIRE_TOKEN_KEYS"


def make_key() -> str:
    """A new random key for the setting."""
    return Fernet.generate_key().decode("ascii")


class TokenCipher:
    """Encrypts and decrypts tokens."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises SettingsError if there is no key or one of them is not valid. The error names the
        position of the key, not the key."""
        if not keys:
            cure = "Make one with: tariffwire workspaces new-key"
            raise SettingsError(_SETTING, "missing", cure)
        self._fernet = MultiFernet([_read_key(key, at) for at, key in enumerate(keys, start=1)])

    def encrypt(self, team: str, token: str) -> str:
        """The token of a workspace as encrypted text."""
        packed = json.dumps([team, token]).encode()
        return self._fernet.encrypt(packed).decode("ascii")

    def decrypt(self, team: str, encrypted: str) -> str:
        """The token of a workspace. Raises StoreError if no key fits or the text belongs to another
        workspace."""
        try:
            packed = self._fernet.decrypt(encrypted.encode())
        except InvalidToken:
            cure = (
                f"Add the key with which it was encrypted to {_SETTING}, or install the app in "
                "the workspace again"
            )
            raise StoreError(f"the token of workspace {team}", "no key fits", cure) from None
        owner, token = json.loads(packed)
        if owner != team:
            cure = f"Remove the workspace with: tariffwire workspaces remove {team}"
            cause = "is the token of another workspace"
            raise StoreError(f"the token of workspace {team}", cause, cure)
        return str(token)


def _read_key(key: str, at: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        cure = "Make one with: tariffwire workspaces new-key"
        raise SettingsError(_SETTING, f"key {at} is not a valid key", cure) from None
