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
    seen: dict[str, str] = {"100": "?", "900": "?"}
    while True:
        answer = ask("Action: DBGetTree\r\nFamily: CF\r\n\r\n", b"EventList: Complete")
        now = time.monotonic_ns()
        found = dict.fromkeys(seen, "-")
        for block in answer.decode().split("Key: /CF/")[1:]:
            key, _, rest = block.partition("\r\n")
            found[key] = rest.partition("Val: ")[2].partition("\r\n")[0]
        for key, value in found.items():
            if seen.get(key) != value:
                sys.stdout.write(f"{key} {value} {now}\n")
                sys.stdout.flush()
        seen = found


if __name__ == "__main__":
    main()
