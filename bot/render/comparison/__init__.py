"""Compares the totals of several answers: one sentence, and a row for each origin, or for each kind
of goods.

    answers | span of each total | sort, the lowest first | RateComparison

1. The span of an answer is its `main_span`, the figure that the answer itself gives first.
   For named goods it is the total of most tariff lines, if they have the same total.
2. An answer is the lowest if its highest total is not above the lowest total of every other one.
   If spans overlap, the sentence says so and names the spans.
3. The sentence says which totals include the normal duty. A total that includes it is not compared
   with one that is on top of it, unless the one that includes it is lower anyway, or the sums with
   the normal duty are known.
"""
