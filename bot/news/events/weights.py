"""The weights of the signals of `bot.news.events.comparison`.

Written by `python -m bench.train_pairs`; do not edit by hand.
"""

SAME = {
    "bias": -1.02,
    "contained": 0.24,
    "names": 0.96,
    "partners": 0.95,
    "goods": 0.64,
    "goods_in_one": -1.34,
    "court": 1.19,
    "act": 1.60,
    "other_act": -2.25,
    "rate": 0.61,
    "amount": 0.79,
    "comment": -0.69,
    "days": -3.02,
    "other_names": -1.34,
    "other_object": -1.10,
}

MATTER = {
    "bias": -1.60,
    "contained": 1.71,
    "names": 0.99,
    "partners": 2.52,
    "goods": 1.16,
    "goods_in_one": -1.96,
    "court": 2.15,
    "rate": 1.01,
    "days": -0.82,
    "other_object": -1.38,
}
