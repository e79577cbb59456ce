"""Trials: questions of people who know only the README, with the verdicts of other people.

Each trial has 100 questions. Their authors knew the README and nothing else. Judges who had no
part in the work compared each answer with the ledger and gave one of four verdicts:

    right       the first answer has what the asker needs, and all of it is correct
    usable      nothing is wrong, and what is needed is one click away, or the answer says plainly
                that it is not known or not covered
    none        no help
    misleading  a figure or a status that an expert would correct

A trial passes with at least 85 questions right or usable, and none misleading. The results:

    trial    right    usable    none    misleading
    1        35       25        27      13
    2        29       36        24      11
    3        48       23        23      6
    4        40       32        19      9
    5        41       41        13      5
    6        57       27        9       7
    7        62       28        6       4
    8        48       44        5       3
    9        51       35        9       5
    10       70       22        5       3
    11       58       26        9       7

Faults that a judge found were fixed afterwards, so only a new list measures the code. The files
have the columns question, verdict and reason. The newest one also has the facts of the answer that
the code gave when the trial was saved.
"""
