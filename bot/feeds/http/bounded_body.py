"""Limits the size of a body while it arrives and is decompressed."""

import zlib
from typing import Protocol

import brotli

GZIP_MAGIC = b"\x1f\x8b"
# The content codings of RFC 9110, section 8.4.1. From 'none' on, the names in _NONE are mistakes of
# servers that mean 'identity'.
_NAMES = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "br": "br"}
_NONE = frozenset({"", "identity", "none", "utf-8", "binary", "8bit", "7bit", "aws-chunked"})
_MAX_CODINGS = 3
# Parallel compressors start a new gzip member every 64 kB or more, so a body has few members.
_MAX_MEMBERS = 1000


class CannotDecompress(Exception):
    """The body does not match its Content-Encoding, or was cut off."""


class TooLarge(Exception):
    """The body exceeds the size limit before or after decompression."""


class _Step(Protocol):
    def process(self, data: bytes, room: int) -> bytes: ...

    def finish(self) -> None: ...


class Decompressor:
    """Collects and decompresses a body chunk by chunk.

    `limit` is the maximum number of bytes, both before and after decompression.
    """

    def __init__(self, content_encoding: str, limit: int) -> None:
        """Raises CannotDecompress for an unknown content coding."""
        names = [name.strip().lower() for name in content_encoding.split(",")]
        codings = [name for name in names if name not in _NONE]
        if len(codings) > _MAX_CODINGS or any(name not in _NAMES for name in codings):
            raise CannotDecompress(f"the Content-Encoding {content_encoding[:40]!r} is not known")
        self._limit = limit
        self._body = bytearray()
        self._received = 0
        self._steps = [_make_step(_NAMES[name]) for name in reversed(codings)]

    def feed(self, chunk: bytes) -> None:
        """Adds the next raw bytes; raises CannotDecompress or TooLarge."""
        self._received += len(chunk)
        if self._received > self._limit:
            # Otherwise, input that decompresses to few or no bytes could be endless.
            raise TooLarge
        for step in self._steps:
            chunk = step.process(chunk, self._limit)
        if len(self._body) + len(chunk) > self._limit:
            raise TooLarge
        self._body += chunk

    def finish(self) -> bytes:
        """The whole body; raises CannotDecompress if its end is missing.

        If the decompressed body is gzip itself (compressed twice, or a .gz file), it is
        decompressed once more.
        """
        if self._received:
            for step in self._steps:
                step.finish()
        body = bytes(self._body)
        return body if not body.startswith(GZIP_MAGIC) else _gunzip(body, self._limit)


def _gunzip(body: bytes, limit: int) -> bytes:
    step = _Gzip()
    out = step.process(body, limit)
    step.finish()
    return out


def _make_step(name: str) -> _Step:
    if name == "gzip":
        return _Gzip()
    return _Deflate() if name == "deflate" else _Brotli()


class _Gzip:
    """Decompresses gzip (RFC 1952). Bytes after the last member are ignored."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._members = 1
        self._rest = b""
        self._done = False

    def process(self, data: bytes, room: int) -> bytes:
        if self._done:
            return b""
        out = b""
        data = self._rest + data
        self._rest = b""
        while data:
            if self._member.eof:
                if len(data) < len(GZIP_MAGIC):
                    self._rest = data
                    break
                if not data.startswith(GZIP_MAGIC):
                    self._done = True
                    break
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise CannotDecompress("the gzip body is in too many pieces")
                self._member = zlib.decompressobj(wbits=31)
            out += _inflate(self._member, data, room - len(out))
            data = self._member.unused_data
        return out

    def finish(self) -> None:
        if not self._member.eof:
            raise CannotDecompress("the gzip body was cut off")


class _Deflate:
    """Decompresses the coding `deflate`.

    RFC 9110 defines it as the zlib format (RFC 1950), but some servers send raw deflate (RFC 1951).
    """

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None
        self._start = b""

    def process(self, data: bytes, room: int) -> bytes:
        if self._stream is None:
            self._start += data
            if len(self._start) < 2:
                return b""
            data = self._start
            wrapped = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
            self._stream = zlib.decompressobj(wbits=15 if wrapped else -15)
        return b"" if self._stream.eof else _inflate(self._stream, data, room)

    def finish(self) -> None:
        if self._stream is None or not self._stream.eof:
            raise CannotDecompress("the deflate body was cut off")


class _Brotli:
    """Decompresses brotli (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def process(self, data: bytes, room: int) -> bytes:
        if self._stream.is_finished():
            return b""
        try:
            out: bytes = self._stream.process(data, output_buffer_limit=room + 1)
        except brotli.error as error:
            raise CannotDecompress(
                "the body is not brotli, but its Content-Encoding says so"
            ) from error
        if len(out) > room or not self._stream.can_accept_more_data():
            raise TooLarge
        return out

    def finish(self) -> None:
        if not self._stream.is_finished():
            raise CannotDecompress("the brotli body was cut off")


def _inflate(stream: "zlib._Decompress", data: bytes, room: int) -> bytes:
    try:
        out = stream.decompress(data, max(room, 0) + 1)
    except zlib.error as error:
        raise CannotDecompress("the body is not valid compressed data") from error
    if len(out) > room or stream.unconsumed_tail:
        raise TooLarge
    return out
