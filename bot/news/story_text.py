"""The title and the text of a story, split into sentences and words once for all readers."""

from bot.news.topics.tokens import Sentence, read_sentence
from bot.parties import Mention, Parties
from bot.text.sentences import split_sentences

_TEXT_READ = 5000
"""Maximum characters of a text that are read, because an article names its subject early."""
_LONGEST_SENTENCE = 600
TITLE = 0
"""The place of the title in `StoryText.parts`."""


class StoryText:
    """The title and the sentences of a story. Mentions and words are computed once and cached."""

    def __init__(self, title: str, summary: str, parties: Parties) -> None:
        self.title = title
        self.text = summary[:_TEXT_READ]
        self.sentences = split_sentences(self.text)
        """The sentences of the text."""
        self.parts = tuple([part[:_LONGEST_SENTENCE] for part in (title, *self.sentences)])
        """The title and the sentences of the text, each at most 600 characters."""
        self._parties = parties
        self._mentions: dict[str, tuple[Mention, ...]] = {}
        self._sentences: dict[int, Sentence] = {}

    @property
    def in_title(self) -> tuple[Mention, ...]:
        """The mentions of parties in the title."""
        return self.find_mentions(self.title)

    @property
    def in_text(self) -> tuple[Mention, ...]:
        """The mentions of parties in the text."""
        return self.find_mentions(self.text)

    def find_mentions(self, part: str) -> tuple[Mention, ...]:
        """The mentions of parties in the title, in the text or in a part of them."""
        if part not in self._mentions:
            self._mentions[part] = self._parties.find_mentions(part)
        return self._mentions[part]

    def read(self, place: int) -> Sentence:
        """The words of the part at this place."""
        if place not in self._sentences:
            part, where = self.parts[place], "title" if place == TITLE else "summary"
            self._sentences[place] = read_sentence(part, where, self.find_mentions(part))
        return self._sentences[place]
