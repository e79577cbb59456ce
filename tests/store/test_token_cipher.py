"""The tokens of workspaces are encrypted, and keys can be replaced."""

import pytest

from bot.errors import SettingsError, StoreError
from bot.store.token_cipher import TokenCipher, make_key

TOKEN = "xoxb-1-secret"


def test_a_token_is_decrypted_for_its_workspace() -> None:
    cipher = TokenCipher([make_key()])
    encrypted = cipher.encrypt("T1", TOKEN)
    assert TOKEN not in encrypted
    assert cipher.decrypt("T1", encrypted) == TOKEN


def test_a_token_that_was_copied_to_another_workspace_is_refused() -> None:
    cipher = TokenCipher([make_key()])
    with pytest.raises(StoreError, match="is the token of another workspace") as caught:
        cipher.decrypt("T2", cipher.encrypt("T1", TOKEN))
    assert TOKEN not in str(caught.value)


def test_all_keys_decrypt_and_the_first_encrypts() -> None:
    old, new = make_key(), make_key()
    encrypted = TokenCipher([old]).encrypt("T1", TOKEN)
    both = TokenCipher([new, old])
    assert both.decrypt("T1", encrypted) == TOKEN
    assert TokenCipher([new]).decrypt("T1", both.encrypt("T1", TOKEN)) == TOKEN


def test_a_token_without_its_key_is_refused() -> None:
    encrypted = TokenCipher([make_key()]).encrypt("T1", TOKEN)
    with pytest.raises(StoreError, match="TARIFFWIRE_TOKEN_KEYS"):
        TokenCipher([make_key()]).decrypt("T1", encrypted)


def test_a_wrong_key_is_named_by_its_position_only() -> None:
    with pytest.raises(SettingsError, match="key 2 is not a valid key") as caught:
        TokenCipher([make_key(), "not-a-key"])
    assert "not-a-key" not in str(caught.value)
    with pytest.raises(SettingsError, match="missing"):
        TokenCipher([])
