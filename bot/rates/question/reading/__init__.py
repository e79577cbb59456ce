"""Steps of `bot.rates.question.parse`."""
