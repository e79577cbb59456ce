"""Content codings: several in a row, bodies in pieces, cut-off bodies, and the size limit."""

import gzip
import zlib
from functools import partial

import brotli
import pytest

from bot.feeds.http.bounded_body import CannotDecompress, Decompressor, TooLarge

# mtime=0 leaves out the time, so that the names of parametrized tests are the same in each process.
zipped = partial(gzip.compress, mtime=0)
BODY = b"<rss>" + b"duty " * 20 + b"</rss>"


def unpack(body: bytes, coding: str, limit: int = 100_000, step: int = 10_000) -> bytes:
    unpacker = Decompressor(coding, limit)
    for start in range(0, len(body), step):
        unpacker.feed(body[start : start + step])
    return unpacker.finish()


@pytest.mark.parametrize("step", [1, 2, 10_000])
@pytest.mark.parametrize(
    ("body", "coding"),
    [
        # The header lists codings in the order in which they were applied.
        (brotli.compress(zlib.compress(BODY)), "deflate, br"),
        (zlib.compress(brotli.compress(BODY)), " BR ,Deflate "),
        (brotli.compress(zlib.compress(zipped(BODY))), "x-gzip, deflate, br"),
        (zipped(BODY), "identity, gzip, none, utf-8"),
        (BODY, "aws-chunked"),
        (zipped(BODY) + b"\x00", "gzip"),
        (zipped(BODY) + b"junk" + zipped(BODY), "gzip"),
        (zipped(BODY[:9]) + zipped(b"") + zipped(BODY[9:]), "gzip"),
        (zlib.compress(BODY) + b"junk", "deflate"),
        (zlib.compress(BODY, level=0), "deflate"),
    ],
)
def test_a_body_is_unpacked_in_any_pieces(body: bytes, coding: str, step: int) -> None:
    assert unpack(body, coding, step=step) == BODY


def test_bytes_after_a_brotli_body_are_ignored() -> None:
    unpacker = Decompressor("br", 1000)
    unpacker.feed(brotli.compress(BODY))
    unpacker.feed(b"junk")
    assert unpacker.finish() == BODY


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, br", ""])
def test_empty_input_is_an_empty_body(coding: str) -> None:
    assert unpack(b"", coding) == b""


@pytest.mark.parametrize(
    ("body", "coding", "cause"),
    [
        (zipped(BODY)[:1], "gzip", "cut off"),
        (zipped(BODY)[:-1], "gzip", "cut off"),
        (zlib.compress(BODY)[:1], "deflate", "cut off"),
        (zlib.compress(BODY)[:-1], "deflate", "cut off"),
        (brotli.compress(BODY)[:-1], "br", "cut off"),
        (b"plain text", "gzip", "not valid compressed data"),
        (b"\x78\x9cplain text", "deflate", "not valid compressed data"),
        (b"\x1f\x8bplain text", "", "not valid compressed data"),
        (zipped(BODY)[:-1], "", "cut off"),
        (b"\xff" * 20, "br", "not brotli"),
    ],
)
def test_a_body_in_another_coding_than_declared_is_refused(
    body: bytes, coding: str, cause: str
) -> None:
    for step in (1, 10_000):
        with pytest.raises(CannotDecompress, match=cause):
            unpack(body, coding, step=step)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", ""])
def test_the_limit_counts_the_whole_body(coding: str) -> None:
    packed = {"gzip": zipped, "deflate": zlib.compress, "br": brotli.compress, "": bytes}
    # The decompressed body is one byte over the limit, however it is cut into pieces.
    body = bytes(range(200))
    for step in (1, 50, 1000):
        with pytest.raises(TooLarge):
            unpack(packed[coding](body), coding, limit=199, step=step)
    assert unpack(packed[coding](BODY * 9), coding, limit=len(BODY) * 9, step=7) == BODY * 9


def test_a_thousand_members_are_read() -> None:
    assert unpack(zipped(b"a") * 1000, "gzip") == b"a" * 1000
    with pytest.raises(CannotDecompress, match="too many pieces"):
        unpack(zipped(b"a") * 1001, "gzip")


@pytest.mark.parametrize("coding", ["zstd", "gzip, zstd", "br, br, br, br"])
def test_an_unknown_coding_is_named(coding: str) -> None:
    with pytest.raises(CannotDecompress, match=coding):
        Decompressor(coding, 1000)
    long = "x" * 100
    with pytest.raises(CannotDecompress) as caught:
        Decompressor(long, 1000)
    assert "x" * 40 in str(caught.value)
    assert "x" * 41 not in str(caught.value)
