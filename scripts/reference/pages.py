"""All files that are written from the code."""

from pathlib import Path

from scripts.reference import commands, json_output, settings

ROOT = Path(__file__).parents[2]


def render_pages() -> dict[str, str]:
    """The text of each file, by its path."""
    return {
        ".env.example": settings.render_example(),
        "docs/reference/commands.md": commands.render_page(),
        "docs/reference/json.md": json_output.render_page(),
        "docs/reference/settings.md": settings.render_page(),
    }
