"""Personal identifiers under seal: encrypted for reading back, hashed with a key for exact search, last four for show.

A sealed value `number` of a row takes three columns: `number_sealed`, `number_hash`, `number_tail`. The cipher is
AES-256-GCM; its additional data binds the value to table, column and row, so a cipher text copied to another row does
not open. Keys live in a file of their own (0600), never beside the data and never in a backup (PIPL art. 51).
"""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class KeysUnsafe(Exception):
    """The key file lies where it must not, or others may read it; the message says what to do."""


class KeyMissing(Exception):
    """A value was sealed with a key that is not there; the message says which."""


class DoesNotOpen(KeyMissing):
    """A key of that name is there, and the value does not open with it: another key's bytes, or another row's value."""


@dataclass(frozen=True)
class Keys:
    """The secrets of one installation. `sealing` may hold retired keys: they open, only the newest seals.

    Keys that came from a file follow it: a key that `dealer rotate-keys` puts there counts in every process at once.
    """

    current: str
    sealing: dict[str, bytes]
    index: bytes  # keyed hashes for search
    history: bytes  # the chain of the history
    web: bytes  # signs cookies and form tokens
    source: Path | None = field(default=None, compare=False, kw_only=True)
    _followed: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def newest(self) -> str:
        """The key that seals now."""
        self._follow()
        return str(self._followed.get("current", self.current))

    def _follow(self) -> None:
        if self.source is None:
            return
        with suppress(OSError):  # a file out of reach: what was read of it goes on counting
            looks = self.source.stat()
            if self._followed.get("looks") != (looks.st_ino, looks.st_mtime_ns):
                told = _read(self.source)
                self.sealing.update(told.sealing)
                self._followed.update(looks=(looks.st_ino, looks.st_mtime_ns), current=told.current)

    def hash(self, purpose: str, value: str) -> str:
        """A keyed hash by which an exact value is found again without being stored."""
        return hmac.new(self.index, f"{purpose}\x00{value}".encode(), hashlib.sha256).hexdigest()

    def seal(self, value: str, bound_to: str) -> bytes:
        """Encrypt `value`; it opens only with the same `bound_to`."""
        nonce, current = secrets.token_bytes(NONCE_BYTES), self.newest()
        cipher = AESGCM(self.sealing[current]).encrypt(nonce, value.encode(), bound_to.encode())
        return current.encode() + b"." + nonce + cipher

    def open(self, sealed: bytes, bound_to: str) -> str:
        """Decrypt what `seal` made; a value moved to another row raises DoesNotOpen."""
        told, rest = sealed.split(b".", 1)
        key_id = told.decode()
        if key_id not in self.sealing:
            self._follow()
        if key_id not in self.sealing:
            raise KeyMissing(f"the key {key_id} is missing: put back the file of the keys that it was in")
        aes = AESGCM(self.sealing[key_id])
        try:
            return aes.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], bound_to.encode()).decode()
        except InvalidTag:
            raise DoesNotOpen(
                f"a value of {bound_to.partition('/')[0]} does not open with the key {key_id}: put back the file of "
                "the keys that it was sealed with, and run dealer verify"
            ) from None


def new_keys() -> Keys:
    """Fresh random keys."""
    return Keys("k1", {"k1": secrets.token_bytes(32)}, *(secrets.token_bytes(32) for _ in range(3)))


def load_keys(path: Path, data: Path) -> Keys:
    """Read the key file, or make it on first use. Refuses a file inside `data` or readable by others."""
    path = path.resolve()
    if path.is_relative_to(data.resolve()):
        raise KeysUnsafe(f"the keys {path} lie inside the data folder {data}: set DEALER_KEYS to another folder")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, new_keys())
    if path.stat().st_mode & 0o077:
        raise KeysUnsafe(f"others may read {path}: chmod 600 {path}")
    return _read(path)


def _write_once(path: Path, keys: Keys) -> None:
    """Write the keys whole or not at all; of two processes starting at once the first one's keys stand."""
    draft = _draft(path, keys)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def write(path: Path, keys: Keys) -> None:
    """Put these keys in the place of those in the file, whole or not at all."""
    _draft(path, keys).replace(path)


def _draft(path: Path, keys: Keys) -> Path:
    text = json.dumps(
        {
            "current": keys.current,
            "sealing": {name: base64.b64encode(key).decode() for name, key in keys.sealing.items()},
            **{name: base64.b64encode(getattr(keys, name)).decode() for name in ("index", "history", "web")},
        },
        indent=1,
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _read(path: Path) -> Keys:
    told = json.loads(path.read_text())
    return Keys(
        current=told["current"],
        sealing={name: base64.b64decode(key) for name, key in told["sealing"].items()},
        **{name: base64.b64decode(told[name]) for name in ("index", "history", "web")},
        source=path,
    )


# ── another key ───────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Keep other rotations on this machine out."""
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise KeysUnsafe("another rotation of the keys is at work: wait for its end") from None
    finally:
        os.close(folder)


def add_key(path: Path) -> str:
    """Have a key in the file that is newer than the one that seals, and return its name."""
    keys = _read(path)
    last = max(keys.sealing, key=_number)
    if last != keys.current:
        return last  # added before, and not in use yet
    name = f"k{_number(last) + 1}"
    write(path, replace(keys, sealing=keys.sealing | {name: secrets.token_bytes(32)}))
    return name


def begin_with_another(path: Path) -> str:
    """From now on another key seals, in every process that follows this file."""
    name = add_key(path)
    write(path, replace(_read(path), current=name))
    return name


def give_up_old(path: Path) -> list[str]:
    """Remove every key but the one that seals, and return their names. The caller knows that nothing needs them."""
    keys = _read(path)
    old = [name for name in keys.sealing if name != keys.current]
    if old:
        write(path, replace(keys, sealing={keys.current: keys.sealing[keys.current]}))
    return old


def _number(name: str) -> int:
    return int(name.removeprefix("k"))


# ── sealed columns of a row ───────────────────────────────────────────────────────────────────────────────────────


def put(db: Any, row: Any, column: str, value: str | None) -> None:
    """Seal `value` into the three columns of `row`; None empties them."""
    keys: Keys = db.info["keys"]
    setattr(row, f"{column}_sealed", None if value is None else keys.seal(value, _place(row, column)))
    setattr(row, f"{column}_hash", None if value is None else hash_of(db, column, value))
    setattr(row, f"{column}_tail", None if value is None else value[-4:])


def get(db: Any, row: Any, column: str) -> str | None:
    """Open a sealed value. Whoever shows it to a person writes a reveal row first."""
    keys: Keys = db.info["keys"]
    sealed = getattr(row, f"{column}_sealed")
    return None if sealed is None else keys.open(sealed, _place(row, column))


def hash_of(db: Any, column: str, value: str) -> str:
    """What `<column>_hash` holds for `value`: compare with it to search."""
    keys: Keys = db.info["keys"]
    return keys.hash(column, value)


def _place(row: Any, column: str) -> str:
    return f"{row.__tablename__}/{column}/{row.id}"
