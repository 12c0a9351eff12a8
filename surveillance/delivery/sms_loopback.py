"""Texts that reach nobody: each is kept as a file, for tests and demonstrations."""

import json
from pathlib import Path

from surveillance.delivery.channels import ChannelDown
from surveillance.delivery.hook_token import carries_token
from surveillance.delivery.sms import Account, Knock, ShortText


class LoopbackGateway:
    """One JSON file per text, named by the message's id: sent twice it is one file."""

    def __init__(self, account: Account) -> None:
        self._folder = Path(account.folder)

    def send(self, text: ShortText) -> str:
        """Keep it."""
        kept = {"to": text.to, "body": text.body}
        file = self._folder / f"{text.id}.json"
        draft = file.with_suffix(".new")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_text(json.dumps(kept), encoding="utf-8")
            draft.rename(file)
        except OSError as error:
            raise ChannelDown(type(error).__name__) from None
        return text.id

    def knows(self, knock: Knock) -> bool:
        """By the shared secret."""
        return carries_token(knock.headers)

    def close(self) -> None:
        """Nothing was opened."""
