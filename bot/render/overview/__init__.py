"""Reduces an answer to what a reader needs in ten seconds, in short words.

    answer | title | headline | rows of goods | next changes | age of the data

Everything else of the answer is in the details (`bot.slack.views.rates.details`, the terminal's
`--long`, JSON). A range is never reduced to its lower end.
"""
