"""What a browser loads beside the page: one stylesheet, one script, one set of icons.

All three are put together at start-up from the installed packages and our own ``static`` folder. Their address holds a
hash of their content, so that a browser may keep them for ever and still sees the next release at once. Nothing comes
from another host, and no copy of a foreign file lives in this project.
"""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from flask import Flask, Response, abort, request
from markupsafe import Markup

HERE = Path(__file__).parent

# package, file inside it. Found without importing: the packages' own set-up code is of no use to us.
STYLES = (("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css"), ("web", "static/app.css"))
SCRIPTS = (
    ("js_lib_htmx", "static/htmx/htmx.min.js"),
    ("web", "static/app.js"),
    ("web", "static/answers.js"),
    ("web", "static/kept.js"),
    ("web", "static/passwords.js"),
)
ICONS = ("flask_bootstrap", "static/bootstrap5/icons/bootstrap-icons.svg")

A_YEAR = "public, max-age=31536000, immutable"
SOURCE_MAP = re.compile(r"^/[/*]# sourceMappingURL=.*$", re.MULTILINE)
REMARK = re.compile(
    r"^\s*(?:/\*(?!!)(?:(?!\*/).)*\*/|//[^\n]*)\s*\n", re.DOTALL | re.MULTILINE
)  # on lines of their own
SYMBOL = re.compile(r'<symbol[^>]*? viewBox="(?P<box>[^"]+)" id="(?P<name>[^"]+)">(?P<drawing>.*?)</symbol>', re.DOTALL)

# Where a name of an icon may stand: icon('truck') · icon='truck' · 'icon': 'truck' · ROLE_ICONS = {'…': 'truck'}
NAMING = re.compile(
    r"\b(?:icon|draw)\((?P<call>[^)]*)\)"
    r"|\bicon['\"]?\s*(?:=(?!=)|:)\s*(?P<given>[^,)}%\n]*)"
    r"|\b\w*ICONS\b[^={]*=\s*\{(?P<table>[^}]*)\}"
)
# A quoted word that is neither the key of a table nor one side of a comparison.
NAME = re.compile(r"(?<!=\s)(?P<quote>['\"])(?P<name>[a-z0-9-]+)(?P=quote)(?!\s*(?:[:\]]|[=!]=))")


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its bytes, the same bytes packed, and the address that changes with them."""

    body: bytes
    packed: bytes
    mimetype: str
    filename: str

    @classmethod
    def of(cls, text: str, suffix: str, mimetype: str) -> "Asset":
        body = text.encode()
        return cls(body, gzip.compress(body), mimetype, f"{sha256(body).hexdigest()[:12]}.{suffix}")


class Assets:
    """The stylesheet (``css``), the script (``js``) and the icons (``icons``) of the screens."""

    def __init__(self, folder: Path = HERE) -> None:
        """Read ``folder`` (the ``web`` package) for icon names; an icon that does not exist stops the start."""
        self.symbols = _symbols(_icons_named_below(folder))
        self.by_name = {
            "css": Asset.of(_joined(STYLES), "css", "text/css"),
            "js": Asset.of(_joined(SCRIPTS), "js", "text/javascript"),
            "icons": Asset.of(_sprite(self.symbols), "svg", "image/svg+xml"),
        }
        self.by_filename = {asset.filename: asset for asset in self.by_name.values()}
        self.silent = {name: self._drawn(name, Markup('aria-hidden="true"')) for name in self.symbols}

    def register(self, app: Flask) -> None:
        """Serve the assets below ``/assets/`` and give every template ``asset_url`` and ``icon``."""
        app.add_url_rule("/assets/<filename>", "asset", self.serve)
        app.jinja_env.globals.update(asset_url=self.url, icon=self.icon)

    def url(self, name: str) -> str:
        return f"/assets/{self.by_name[name].filename}"

    def icon(self, name: str, label: str = "") -> Markup:
        """Draw one icon. It is silent beside words; standing alone it needs a ``label`` that says what it means."""
        if name not in self.symbols:
            raise LookupError(f"icon {name!r} was not found at start-up: name it as NAMING in web/assets.py shows")
        return self._drawn(name, Markup('role="img" aria-label="{}"').format(label)) if label else self.silent[name]

    def _drawn(self, name: str, spoken: Markup) -> Markup:
        return Markup('<svg class="icon" width="16" height="16" {}><use href="{}#{}"></use></svg>').format(
            spoken, self.url("icons"), name
        )

    def serve(self, filename: str) -> Response:
        if filename not in self.by_filename:
            abort(404)
        asset = self.by_filename[filename]
        packed = request.accept_encodings.quality("gzip") > 0
        response = Response(asset.packed if packed else asset.body, mimetype=asset.mimetype)
        response.headers["Cache-Control"] = A_YEAR
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response


@cache
def assets() -> Assets:
    """The assets of the screens, put together once a process."""
    return Assets()


def _read(package: str, path: str) -> str:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"the package {package} is not installed: run ./run, which sets up what is missing")
    return Path(spec.origin).parent.joinpath(path).read_text(encoding="utf-8")


def _joined(files: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(_without_what_nobody_reads(_read(*file)) for file in files) + "\n"


def _without_what_nobody_reads(text: str) -> str:
    """Maps that are not served, which a browser's developer tools would ask for in vain, and remarks for us; who holds
    the rights of a package is said in remarks that begin with an exclamation mark."""
    return REMARK.sub("", SOURCE_MAP.sub("", text)).strip()


def _icons_named_below(folder: Path) -> set[str]:
    """All icon names in templates and views, so that the sprite holds the forty in use and not all two thousand."""
    sources = [*folder.rglob("*.html"), *folder.rglob("*.py")]
    return {name for path in sources for name in icons_named_in(path.read_text(encoding="utf-8"))}


def icons_named_in(text: str) -> set[str]:
    places = (match["call"] or match["given"] or match["table"] or "" for match in NAMING.finditer(text))
    return {found["name"] for place in places for found in NAME.finditer(place)}


def _symbols(names: set[str]) -> dict[str, str]:
    drawn = {
        match["name"]: f'<symbol viewBox="{match["box"]}" id="{match["name"]}">{match["drawing"]}</symbol>'
        for match in SYMBOL.finditer(_read(*ICONS))
        if match["name"] in names
    }
    if unknown := names - drawn.keys():
        raise LookupError(f"unknown icons {unknown}: no such symbol in {ICONS[1]}")
    return dict(sorted(drawn.items()))


def _sprite(symbols: dict[str, str]) -> str:
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols.values()) + "</svg>"
