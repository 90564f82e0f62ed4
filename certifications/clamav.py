"""Asks a ClamAV server whether a file holds a virus (its INSTREAM command: chunks with their length before them)."""

import socket
import struct
from typing import BinaryIO

_CHUNK = 64 * 1024
_TIMEOUT_SECONDS = 30


class ScannerUnavailableError(Exception):
    """The server cannot be reached, or answers something else than a verdict."""


def is_clean(stream: BinaryIO, *, address: str) -> bool:
    """Whether the server at `address` finds nothing in the file.

    Args:
        address: "host:port", or the path of a local socket.

    Raises:
        ScannerUnavailableError: there is no verdict; the file must then not be taken.
    """
    try:
        with _connect(address) as server:
            server.sendall(b"zINSTREAM\0")
            while chunk := stream.read(_CHUNK):
                server.sendall(struct.pack("!L", len(chunk)) + chunk)
            server.sendall(struct.pack("!L", 0))
            answer = _answer(server)
    except OSError as error:
        raise ScannerUnavailableError(str(error)) from error
    if answer.endswith(b"FOUND"):
        return False
    if answer.endswith(b"OK"):
        return True
    raise ScannerUnavailableError(answer.decode(errors="replace"))


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.settimeout(_TIMEOUT_SECONDS)
        try:
            server.connect(address)
        except OSError:
            server.close()
            raise
        return server
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_TIMEOUT_SECONDS)


def _answer(server: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and (part := server.recv(4096)):
        answer += part
    return answer.rstrip(b"\0")
