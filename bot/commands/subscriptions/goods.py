"""Finds the goods of a subscription in the ledger, with all their names and codes."""

from collections.abc import Callable

from bot.alerts.subscriptions.criteria import Criteria, GoodsFilter
from bot.commands.subscriptions.grammar import SubscriptionNotUnderstood
from bot.rates.ledger import Ledger


def resolve_goods(
    criteria: Criteria, ledger: Ledger, is_misspelled: Callable[[str], bool] = lambda _: False
) -> Criteria:
    """The criteria with names and codes of their goods.

    Misspelled goods are read as the goods, unless the text `is_misspelled` for something else.
    Raises SubscriptionNotUnderstood for unknown goods.
    """
    goods = tuple(_resolve(each.text, ledger, is_misspelled) for each in criteria.goods)
    return criteria.model_copy(update={"goods": goods})


def _resolve(text: str, ledger: Ledger, is_misspelled: Callable[[str], bool]) -> GoodsFilter:
    parsed = ledger.reader.read_any(text)
    goods = [ledger.goods.by_id[one] for one in parsed.goods]
    is_known = not parsed.unknown and (goods or parsed.codes)
    if not is_known or (parsed.read_as and is_misspelled(text)):
        cause = "not a topic, an economy or goods that I know"
        raise SubscriptionNotUnderstood(text, cause, f'with "{text}"')
    names = tuple(dict.fromkeys(name for one in goods for name in (one.name, *one.names)))
    codes = tuple(dict.fromkeys((*parsed.codes, *(code for one in goods for code in one.hs))))
    return GoodsFilter(text=parsed.read_as or text, names=names, codes=codes)
