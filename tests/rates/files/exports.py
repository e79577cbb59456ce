"""Made-up exports of the tariff schedule."""

import json
from typing import Any


def row(htsno: str, indent: int = 0, description: str = "Goods", **fields: Any) -> dict[str, Any]:
    """A row of an export. It has no duty, unless `fields` says otherwise."""
    given = {"general": "", "special": "", "other": "", "footnotes": []}
    return {"htsno": htsno, "indent": str(indent), "description": description, **given, **fields}


def export(*rows: object) -> str:
    """An export with these rows, each row on a line of its own."""
    return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in rows) + "\n]\n"


def note(*headings: str, columns: tuple[str, ...] = ("general",)) -> dict[str, Any]:
    """A footnote that names headings of chapter 99."""
    return {"columns": list(columns), "value": f"See {', '.join(headings)}. ", "type": "endnote"}
