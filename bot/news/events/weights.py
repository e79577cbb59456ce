"""The weights of the signals of `bot.news.events.comparison`.

Written by `python -m bench.train_pairs`; do not edit by hand.
"""

SAME = {
    "bias": -0.67,
    "contained": 0.27,
    "names": 0.86,
    "partners": 0.80,
    "goods": 0.56,
    "goods_in_one": -1.28,
    "court": 1.58,
    "act": 1.46,
    "other_act": -2.43,
    "rate": 0.52,
    "amount": 0.72,
    "comment": -0.76,
    "days": -3.01,
    "other_names": -0.83,
    "other_object": -1.15,
}

MATTER = {
    "bias": -1.56,
    "contained": 1.83,
    "names": 0.93,
    "partners": 2.46,
    "goods": 1.14,
    "goods_in_one": -1.94,
    "court": 1.97,
    "rate": 0.98,
    "days": -0.89,
    "other_object": -1.40,
}
