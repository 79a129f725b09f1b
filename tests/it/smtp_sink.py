"""A real SMTP server for the letter journeys: keeps each letter, taken apart, as a JSON file.

Usage: smtp_sink.py FOLDER. Prints its port. A line on stdin sets the answer to every recipient from then on, such as
`450 later` or `250 OK`, and is said back once it holds; the end of stdin ends the server.
"""

import email
import email.policy
import itertools
import json
import pathlib
import socket
import sys

from aiosmtpd.controller import Controller


class Keeper:
    def __init__(self, folder):
        self.folder, self.count, self.answer = pathlib.Path(folder), itertools.count(), "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in letter.walk() if not part.is_multipart()}
        kept = {
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "headers": {name.lower(): str(value) for name, value in letter.items()},
            "text": parts.get("text/plain", ""),
            "html": parts.get("text/html", ""),
        }
        # Renamed when whole, so that a reader never sees half a letter.
        name = f"{next(self.count):04}"
        part = self.folder / f"{name}.part"
        part.write_text(json.dumps(kept, ensure_ascii=False))
        part.rename(self.folder / f"{name}.json")
        return "250 kept"


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
keeper = Keeper(sys.argv[1])
controller = Controller(keeper, hostname="127.0.0.1", port=port)
controller.start()
print(port, flush=True)
for line in sys.stdin:
    keeper.answer = line.strip()
    print(keeper.answer, flush=True)
controller.stop()
