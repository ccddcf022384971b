"""Looks through the files of the repository for things that must never be committed."""

import re
import subprocess
import sys
from pathlib import Path

PATTERNS = {
    "private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "cloud access key": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "token": re.compile(
        rb"\b(?:gh[pousr]_[0-9A-Za-z]{36}|xox[abpr]-[0-9A-Za-z-]{20,}|sk_live_[0-9A-Za-z]{20,})"
    ),
    "password in a URL": re.compile(
        rb"\b(?:postgres|redis|amqp|https?)://[^\s/:@]+:(?!password@)[^\s/:@{}$%]+@"
    ),
    "secret key": re.compile(rb"^\s*SECRET_KEY\s*=\s*[\"']?[0-9A-Za-z_-]{20,}", re.MULTILINE),
}
FORBIDDEN_NAMES = re.compile(r"(^|/)(\.env|secret\.key|storefront\.key|preview\.key|id_rsa|.*\.pem)$")


def scan(root: Path) -> list[str]:
    """One line per finding: path and what it looks like."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    findings = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = root / name
        if FORBIDDEN_NAMES.search(name):
            findings.append(f"{name}: a file that must stay out of the repository")
        if path.is_file():
            content = path.read_bytes()
            findings += [f"{name}: {kind}" for kind, pattern in PATTERNS.items() if pattern.search(content)]
    return findings


if __name__ == "__main__":
    found = scan(Path(__file__).resolve().parent.parent)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.exit(1 if found else 0)
