"""Integer money: minor units and basis points, rounded half away from zero (pricing rules, section 1)."""

from __future__ import annotations

BPS = 10_000
#: digits after the point where ISO 4217 gives a currency other than two
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)


def exponent_of(currency: str) -> int:
    """How many digits the currency has after the point."""
    return EXPONENTS.get(currency, 2)


def half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest integer, halves away from zero. Denominator > 0."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def share_of(amount: int, bps: int) -> int:
    """`bps` basis points of a non-negative amount, rounded half up."""
    return (amount * bps * 2 + BPS) // (2 * BPS)


def format_money(amount: int, currency: str = "CNY") -> str:
    """Minor units as people write them: ¥50, ¥19.90, ¥120,000."""
    symbol = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}.get(currency, currency + " ")
    exponent = exponent_of(currency)
    whole, rest = divmod(abs(amount), 10**exponent)
    text = f"{whole:,}" + (f".{rest:0{exponent}d}" if rest else "")
    return f"{'-' if amount < 0 else ''}{symbol}{text}"


def format_zhe(bps: int) -> str:
    """Basis points off as 折: 2000 -> 8折, 1500 -> 8.5折, 10000 -> 免费."""
    if bps >= BPS:
        return "免费"
    left = BPS - bps
    text = f"{left / 1000:.3f}".rstrip("0").rstrip(".")
    return f"{text}折"


def format_percent(bps: int) -> str:
    """Basis points as a percentage: 2000 -> 20%, 1250 -> 12.5%."""
    return f"{bps / 100:.2f}".rstrip("0").rstrip(".") + "%"
