"""Response bodies are decompressed up to a size limit."""

import contextlib
import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.http.bounded_body import CannotDecompress, Decompressor, TooLarge

BODY = b"<rss>" + b"duty " * 200 + b"</rss>"


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "identity": bytes,
    "": bytes,
}


def unpack(body: bytes, coding: str, limit: int = 100_000, step: int = 100) -> bytes:
    unpacker = Decompressor(coding, limit)
    for start in range(0, len(body), step):
        unpacker.feed(body[start : start + step])
    return unpacker.finish()


@pytest.mark.parametrize("coding", PACKED)
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_each_content_encoding_is_decoded(coding: str, step: int) -> None:
    assert unpack(PACKED[coding](BODY), coding, step=step) == BODY


def test_bare_deflate_is_understood() -> None:
    assert unpack(bare_deflate(BODY), "deflate", step=1) == BODY


def test_a_body_compressed_twice_is_decompressed_twice() -> None:
    assert unpack(gzip.compress(gzip.compress(BODY)), "gzip") == BODY
    assert unpack(gzip.compress(BODY), "") == BODY


def test_members_are_joined_and_rubbish_after_them_ignored() -> None:
    body = gzip.compress(BODY[:100]) + gzip.compress(BODY[100:]) + b"\x00\x00rubbish"
    assert unpack(body, "gzip", step=3) == BODY


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_truncated_or_wrongly_encoded_body_is_a_failure(coding: str) -> None:
    with pytest.raises(CannotDecompress):
        unpack(PACKED[coding](BODY)[:-5], coding)
    with pytest.raises(CannotDecompress):
        unpack(b"this is not packed at all, whatever the header says", coding)


@pytest.mark.parametrize("coding", PACKED)
def test_a_body_over_the_size_limit_is_a_failure(coding: str) -> None:
    packed = PACKED[coding](BODY)
    assert unpack(packed, coding, limit=len(BODY)) == BODY
    with pytest.raises(TooLarge):
        unpack(packed, coding, limit=len(BODY) - 1)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_decompression_bomb_is_stopped_at_the_limit(coding: str) -> None:
    with pytest.raises(TooLarge):
        unpack(PACKED[coding](b" " * 20_000_000), coding, limit=1000)


def test_a_nested_decompression_bomb_is_stopped_too() -> None:
    with pytest.raises(TooLarge):
        unpack(gzip.compress(gzip.compress(b" " * 20_000_000)), "gzip", limit=100_000)


def test_a_gzip_body_with_too_many_members_is_refused() -> None:
    assert unpack(gzip.compress(b"a") * 900, "gzip") == b"a" * 900
    with pytest.raises(CannotDecompress, match="too many pieces"):
        unpack(gzip.compress(b"") * 1100, "gzip", limit=1_000_000)


def test_input_without_output_is_limited_too() -> None:
    nothing = b"\x00\x00\x00\xff\xff"  # an empty deflate block; a body may contain many
    with pytest.raises(TooLarge):
        unpack(nothing * 10_000, "deflate", limit=1000)


@pytest.mark.parametrize("coding", ["zstd", "gzip, gzip, gzip, gzip", "rot13"])
def test_an_unknown_coding_is_a_failure(coding: str) -> None:
    with pytest.raises(CannotDecompress):
        Decompressor(coding, 1000)


@given(st.binary(max_size=400), st.sampled_from(["gzip", "deflate", "br", "gzip, br", ""]))
def test_any_bytes_give_a_limited_body_or_an_error(body: bytes, coding: str) -> None:
    with contextlib.suppress(CannotDecompress, TooLarge):
        assert len(unpack(body, coding, limit=300)) <= 300
