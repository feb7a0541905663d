"""Watches CF in an Asterisk from a process of its own; prints each change.

A line is the extension, its value and the moment it was first seen, in nanoseconds of the clock
that all processes of a machine share.
"""

import socket
import sys
import time


def main() -> None:
    """Ask without a pause until the reader goes."""
    port, username, secret = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(text: str, end: bytes) -> bytes:
        line.sendall(text.encode())
        answer = b""
        while end not in answer:
            answer += line.recv(65536)
        return answer

    ask(
        f"Action: Login\r\nUsername: {username}\r\nSecret: {secret}\r\n"
        "Events: off\r\n\r\n",
        b"Message: ",
    )
    # Value by value: a tree takes the longer the more there is in the AstDB.
    seen: dict[str, str] = {"100": "?", "900": "?"}
    while True:
        for key, before in seen.items():
            answer = ask(
                f"Action: DBGet\r\nFamily: CF\r\nKey: {key}\r\n\r\n", b"\r\n\r\n"
            )
            if b"Response: Error" not in answer:
                while b"Event: DBGetComplete" not in answer:
                    answer += line.recv(65536)
            now = time.monotonic_ns()
            found = answer.decode().partition("Val: ")[2].partition("\r\n")[0] or "-"
            if found != before:
                sys.stdout.write(f"{key} {found} {now}\n")
                sys.stdout.flush()
                seen[key] = found


if __name__ == "__main__":
    main()
