"""The origins that are offered for goods whose origin a question does not name."""

from collections.abc import Iterable

_LIKELY = ("CN", "MX", "EU")
"""The origins of most imports of the US."""
_BY_CHAPTER = {
    ("01", "02", "04"): ("CA", "MX", "EU"),
    ("03", "16"): ("CA", "CL", "IN"),
    ("06",): ("CO", "EC", "CA"),
    ("07", "08", "20"): ("MX", "CL", "CA"),
    ("0901",): ("BR", "CO", "VN"),
    ("10",): ("TH", "CA", "IN"),
    ("1509", "22"): ("EU", "MX", "GB"),
    ("1701",): ("MX", "BR", "EU"),
    ("18",): ("EU", "CA", "MX"),
    ("27",): ("CA", "MX", "BR"),
    ("30",): ("EU", "CH", "IN"),
    ("4011",): ("TH", "MX", "KR"),
    ("44", "47", "48"): ("CA", "CN", "BR"),
    ("50", "51", "52", "57", "63"): ("CN", "IN", "PK"),
    ("61", "62"): ("VN", "CN", "BD"),
    ("64",): ("VN", "CN", "ID"),
    ("71",): ("IN", "CH", "EU"),
    ("72", "73"): ("CA", "MX", "KR"),
    ("74",): ("CL", "CA", "MX"),
    ("76",): ("CA", "EU", "MX"),
    ("8471",): ("MX", "CN", "TW"),
    ("8517",): ("CN", "IN", "VN"),
    ("8541", "8542"): ("TW", "MY", "CN"),
    ("8701", "8704", "8716"): ("MX", "CA", "JP"),
    ("8703", "8708"): ("MX", "JP", "EU"),
    ("88",): ("EU", "CA", "GB"),
    ("91",): ("CH", "JP", "CN"),
    ("9401", "9403"): ("CN", "VN", "MX"),
    ("95",): ("CN", "VN", "MX"),
}
"""By chapters or headings, large origins of these goods in US imports."""
_BY_CODE = {code: origins for codes, origins in _BY_CHAPTER.items() for code in codes}


def list_likely_origins(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes of three economies from which goods with these HS codes often come."""
    found = (_BY_CODE.get(code[:4]) or _BY_CODE.get(code[:2]) for code in codes)
    return next(filter(None, found), _LIKELY)
