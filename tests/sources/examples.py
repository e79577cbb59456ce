"""Made-up example responses of the live sources, in their documented formats."""

import json
from typing import Any


def row(htsno: str, general: str = "", description: str = "Goods", **more: Any) -> dict[str, Any]:
    """A row of search results of the US tariff schedule."""
    return {
        "htsno": htsno,
        "indent": "2",
        "description": description,
        "superior": None,
        "units": ["kg"],
        "general": general,
        "special": "",
        "other": "35%",
        "footnotes": [],
        "quotaQuantity": None,
        "additionalDuties": None,
        "statisticalSuffix": "",
        **more,
    }


HEADPHONES = [
    row("8518", description="Microphones, loudspeakers, headphones; parts thereof:"),
    row("8518.30", description="Headphones and earphones:"),
    row("8518.30.10.00", description="Line telephone handsets", statisticalSuffix="00"),
    row("8518.30.10", "Free", "Line telephone handsets"),
    row("8518.30.20", "4.9%", "Other"),
]


def sdmx(reporter: str, values: dict[str, Any], product: str = "Total") -> str:
    """A WITS response with the values of one economy by year, and with one unrelated series."""
    years = list(values)
    dimensions = [
        ("FREQ", ["A"]),
        ("REPORTER", [reporter]),
        ("PARTNER", ["WLD"]),
        ("PRODUCTCODE", ["Textiles", product]),
        ("INDICATOR", ["MFN-SMPL-AVRG"]),
    ]
    return json.dumps(
        {
            "header": {"id": "DF_WITS_TradeStats_Tariff", "test": False},
            "dataSets": [
                {
                    "action": "Information",
                    "series": {
                        "0:0:0:0:0": {"observations": {"0": [99.9, 0]}},
                        "0:0:0:1:0": {
                            "attributes": [],
                            "observations": {
                                str(at): [values[year], 0] for at, year in enumerate(years)
                            },
                        },
                    },
                }
            ],
            "structure": {
                "dimensions": {
                    "series": [
                        {"id": name, "values": [{"id": one, "name": one} for one in ids]}
                        for name, ids in dimensions
                    ],
                    "observation": [
                        {
                            "id": "TIME_PERIOD",
                            "values": [{"id": year, "name": year} for year in years],
                        }
                    ],
                }
            },
        }
    )


def document(number: str, title: str | None, **changes: Any) -> dict[str, Any]:
    """A document in the format of the Federal Register."""
    return {
        "document_number": number,
        "title": title,
        "abstract": None,
        "type": "Notice",
        "subtype": None,
        "publication_date": "2026-11-20",
        "signing_date": None,
        "effective_on": None,
        "html_url": f"https://www.federalregister.gov/documents/2026/11/20/{number}/x",
        "agencies": [{"raw_name": "OFFICE OF TRADE", "name": "Trade Office", "id": 491}],
        **changes,
    }


def page(*results: dict[str, Any], total_pages: int = 1) -> str:
    """A result page of the Federal Register; a page without results has no `results` key."""
    listed = {"results": list(results), "next_page_url": None} if results else {}
    return json.dumps({"count": len(results), "total_pages": total_pages, **listed})
