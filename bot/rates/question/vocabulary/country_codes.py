"""Writes the codes of economies as flags where the text shows that they are codes: `IN, MY, DE`.

Many codes are words too (`in`, `my`, `de`). They are codes of economies:

1. in a list with `/` or `+`, or a longer one with commas, all of whose items are codes: `th / my`
2. in capitals in a list with commas, spaces or `and`, next to text in lower case: `IN LK ET`
3. in capitals after `from`, `origin` or `ex`, next to text in lower case: `from IN`.
"""

import re

from bot.parties import WORLD, Parties, build_flag

_CODE = r"[A-Za-z]{2}"
_LIST = re.compile(rf"(?<![\w$.&/+'-]){_CODE}(?:\s*[/+]\s*{_CODE})+(?![\w&/+'-]|\.\w)")
_COMMAS = re.compile(rf"(?<![\w$.&/+'-]){_CODE}(?:\s*,\s*{_CODE}){{2,}}(?![\w&/+'-]|\.\w)")
_LOWER = re.compile(r"[a-z]")
_CAPITALS = re.compile(
    r"(?<![\w$.&/+'-])[A-Z]{2}(?:(?:\s*[,/+&]\s*|\s+(?:(?:and|or|vs\.?|versus)\s+)?)[A-Z]{2}"
    r"(?![\w&+'-]))+"
)
_AFTER_FROM = re.compile(
    r"(?i:\b(?:from|origins?|orig|coo|ex)\b\.?\s*[:=]?\s*(?:is\s+)?)"
    r"(?P<code>[A-Z]{2})(?![\w&'/-])"
)
_ONE = re.compile(_CODE)


def flag_codes(text: str, parties: Parties) -> str:
    """The text with flags for the codes of economies in lists and after `from`."""

    def flag(word: str) -> str:
        party = parties.find(word)
        return word if party is None or party.code == WORLD else f" {build_flag(party.code)} "

    def flag_all(match: re.Match[str]) -> str:
        codes = _ONE.findall(match.group())
        codes = [one for one in codes if one.lower() not in {"or", "vs"}]
        if any(parties.find(one) is None for one in codes):
            return match.group()
        joined = re.sub(r"[/+]", " , ", match.group())
        return _ONE.sub(lambda one: flag(one.group()), joined)

    def flag_capitals(match: re.Match[str]) -> str:
        codes = re.findall(r"[A-Z]{2}", match.group())
        if any(parties.find(one) is None for one in codes):
            return match.group()
        is_pair = not re.search(r"[,/+&]|\b(?:and|or|vs)\b", match.group()) and len(codes) == 2
        if is_pair:
            return match.group()
        spaced = re.sub(r"(?<=[A-Z])\s+(?=[A-Z])", " , ", match.group())
        return re.sub(r"[A-Z]{2}", lambda one: flag(one.group()), re.sub(r"[/+]", " , ", spaced))

    text = _COMMAS.sub(flag_all, _LIST.sub(flag_all, text))
    if not _LOWER.search(text):
        return text
    text = _CAPITALS.sub(flag_capitals, text)
    return _AFTER_FROM.sub(
        lambda at: at.group()[: at.start("code") - at.start()] + flag(at["code"]), text
    )
