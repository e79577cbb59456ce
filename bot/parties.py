"""Countries and blocs: codes, names and how people write them. News and rates both need them."""

from bot.frozen import Frozen


class Party(Frozen):
    """One economy: ISO 3166-1 alpha-2, `EU`, or `WORLD` for 'all partners'."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
