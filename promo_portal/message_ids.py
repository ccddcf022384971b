"""Every sentence that people may read: from the code, the templates, the faults of documents, unfold's own pages.

`python -m promo_portal.message_ids` prints those that a catalogue lacks; a test keeps that list empty.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import unfold
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
UNFOLD = Path(unfold.__file__).parent
KEYWORDS = ("_", "gettext", "gettext_lazy", "gettext_noop", "noop", "lazy", "ngettext", "ngettext_lazy")
#: calls whose sentence is marked by its place: Fault(path, code, template), reader.fault(key, code, template)
FAULTS = frozenset({"Fault", "fault"})
CALL = re.compile(r"""(?:gettext|_)\(\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
UNUSED = (
    "contrib/constance",
    "contrib/guardian",
    "contrib/import_export",
    "contrib/inlines",
    "contrib/location",
)


def all_ids() -> dict[str, str]:
    """Message ids with a place where each stands."""
    found: dict[str, str] = {}
    for path in _files("*.py"):
        for message in [*_in_python(path.read_text()), *_in_faults(path.read_text())]:
            found.setdefault(message, str(path.relative_to(path.parents[2])))
    for path in _files("*.html"):
        for message in _in_template(path):
            found.setdefault(message, str(path.relative_to(path.parents[2])))
    return {message: place for message, place in found.items() if message.strip()}


def _files(pattern: str) -> Iterator[Path]:
    for folder in (ROOT / "apps", ROOT / "promo_portal", ROOT / "templates", UNFOLD):
        for path in sorted(folder.rglob(pattern)):
            if "migrations" not in path.parts and not any(part in str(path) for part in UNUSED):
                yield path


def _in_python(source: str) -> Iterator[str]:
    for _line, _name, messages, _comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, (), {}):  # type: ignore[arg-type]
        first = messages[0] if isinstance(messages, tuple) else messages
        if isinstance(first, str) and first:
            yield first


def _in_template(path: Path) -> Iterator[str]:
    """Django turns a template's marked texts into calls; what is around them is no Python."""
    for literal in CALL.findall(templatize(path.read_text(), origin=str(path))):
        yield ast.literal_eval(literal)


def _in_faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in FAULTS and len(node.args) >= 3:
            texts = [one.value for one in ast.walk(node.args[2]) if isinstance(one, ast.Constant)]
            yield from (text for text in texts if isinstance(text, str) and _says(text))
        elif (
            isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and _is_fault_pair(node.value)
        ):
            yield node.value.elts[1].value  # type: ignore[attr-defined]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _says(text: str) -> bool:
    """Whether words are left without the holes."""
    return bool(re.search("[a-z]{2}", re.sub(r"%\(\w+\)s", "", text)))


def _is_fault_pair(pair: ast.Tuple) -> bool:
    """`UNKNOWN_SKU = ("unknown_sku", "is not in the catalogue")`, unpacked into a Fault."""
    return len(pair.elts) == 2 and all(map(_is_text, pair.elts)) and " " in pair.elts[1].value  # type: ignore[attr-defined]


def missing(language: str = "zh_Hans") -> dict[str, str]:
    """The ids that neither our catalogue nor Django's own translates."""
    from django.utils.translation import override
    from django.utils.translation.trans_real import translation

    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as text:
        ours = {_first(message.id) for message in read_po(text) if message.string}
    with override(language.replace("_", "-").lower()):
        theirs = translation(language.replace("_", "-").lower())
        return {
            message: place
            for message, place in all_ids().items()
            if message not in ours and theirs.gettext(message) == message
        }


def _first(identifier: str | tuple[str, ...] | list[str]) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]


if __name__ == "__main__":
    import django

    django.setup()
    for message, place in missing().items():
        sys.stdout.write(f"{place}\t{message!r}\n")
