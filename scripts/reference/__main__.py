"""Writes the reference pages and `.env.example`: `python -m scripts.reference`."""

from scripts.reference.pages import ROOT, render_pages

for name, text in render_pages().items():
    (ROOT / name).write_text(text, encoding="utf-8")
