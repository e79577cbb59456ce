"""Builds the documentation site with Sphinx: `make docs`. Every warning is an error."""

import shutil
from pathlib import Path

from sphinx.application import Sphinx

from bot import PAGE, __version__

project = "Tariffwire"
version = release = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
nitpicky = True
# Quotes and dots stay as they are written.
smartquotes = False
# Headings have the same anchors as on GitHub.
myst_heading_anchors = 4

html_theme = "shibuya"
html_title = "Tariffwire"
html_show_copyright = False
html_show_sourcelink = False
html_theme_options = {"github_url": PAGE, "accent_color": "blue"}


def setup(app: Sphinx) -> None:
    """Adds the pictures of `<picture>` elements, which Sphinx does not see."""
    app.connect("build-finished", _copy_pictures)


def _copy_pictures(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        pictures = Path(app.srcdir) / "pictures"
        shutil.copytree(pictures, Path(app.outdir) / "pictures", dirs_exist_ok=True)
