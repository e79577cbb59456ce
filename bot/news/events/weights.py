"""The weights of the signals of `bot.news.events.comparison`.

Written by `python -m bench.train_pairs`; do not edit by hand.
"""

SAME = {
    "bias": -0.98,
    "names": 0.81,
    "partners": 1.33,
    "goods": 0.36,
    "goods_in_one": -1.16,
    "court": 1.42,
    "act": 1.48,
    "other_act": -2.46,
    "rate": 0.59,
    "amount": 1.28,
    "comment": -0.50,
    "days": -4.17,
    "other_names": -0.58,
    "other_object": -1.58,
}

MATTER = {
    "bias": -1.41,
    "contained": 0.49,
    "names": 0.67,
    "partners": 2.75,
    "goods": 0.86,
    "goods_in_one": -1.80,
    "court": 1.56,
    "rate": 0.97,
    "days": -0.76,
    "other_object": -2.13,
    "next_step": 0.61,
    "no_partner": 1.06,
}
