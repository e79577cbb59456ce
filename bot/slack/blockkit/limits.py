"""Slack's limits, each in one place, with its source.

Pages are paths on docs.slack.dev, read in November 2026. If a number is undocumented, the comment
names the issue in which it is stated. Slack may change such a number without notice.
"""

ACKNOWLEDGE_S = 3.0
"""Seconds within which a command or a click must be acknowledged
(tools/bolt-python/concepts/acknowledge)."""

ANSWER_WITHIN_S = ACKNOWLEDGE_S - 1.0
"""Seconds to wait for an answer before the acknowledgement is sent without it. The answer is
then sent from the background."""

EVENT_RETRIES_S = 600.0
"""Seconds within which Slack may send an event again. Slack retries at once, after one minute and
after five (apis/events-api). 600 s is twice the longest of these."""

UPDATES_PER_SECOND = 50 / 60
"""Calls of chat.update in a workspace: Tier 3, at least 50 a minute
(reference/methods/chat.update, apis/web-api/rate-limits)."""

RETRY_AFTER_S = 30.0
"""Seconds to wait after a 429 without a Retry-After header. Slack's own responses have this header
(apis/web-api/rate-limits)."""

MESSAGE_BLOCKS = 50
"""Blocks in a message (reference/block-kit/blocks)."""

HOME_BLOCKS = 100
"""Blocks in a Home tab or a modal (same page)."""

HOME_CHARACTERS = 100_000
"""Characters of a Home tab's JSON. Slack accepts 250 kB for a view
(reference/methods/views.publish)."""

MESSAGE_CHARACTERS = 10_000
"""Characters of a whole message's JSON. Undocumented: messages were refused with
msg_blocks_too_long at 11,341 characters of text (slackapi/bolt-js issues 2509 and 2867)."""

NOTICE_CHARACTERS = 2_000
"""Characters of the `text` of a message with blocks. Slack accepts 40,000
(reference/methods/chat.postMessage), but notifications show only the first lines."""

SECTION_CHARACTERS = 3_000
"""Characters of a section's text (reference/block-kit/blocks/section-block)."""

CONTEXT_CHARACTERS = 2_000
"""Characters of one element of a context block. This is our own limit. Slack's limit for a text
object is 3,000 (reference/block-kit/composition-objects/text-object)."""

SECTION_FIELDS = 10
"""Fields of a section (same page)."""

FIELD_CHARACTERS = 2_000
"""Characters of a field (same page)."""

HEADER_CHARACTERS = 150
"""Characters of a header (reference/block-kit/blocks/header-block)."""

CONTEXT_ELEMENTS = 10
"""Elements of a context block (reference/block-kit/blocks/context-block)."""

ACTIONS_ELEMENTS = 25
"""Buttons in an actions block (reference/block-kit/blocks/actions-block)."""

BUTTON_CHARACTERS = 75
"""Characters of a button's label (reference/block-kit/block-elements/button-element)."""

BUTTON_VALUE_CHARACTERS = 2_000
"""Characters of a button's value (same page)."""

URL_CHARACTERS = 3_000
"""Characters of a button's address (same page). An address that is longer is shown as plain
text."""

OPTIONS = 100
"""Choices of a menu (reference/block-kit/block-elements/select-menu-element)."""

OPTION_GROUPS = 100
"""Groups of options in a select menu (same page)."""

CONFIRM_TITLE_CHARACTERS = 100
CONFIRM_CHARACTERS = 300
CONFIRM_BUTTON_CHARACTERS = 30
"""Characters of the title, the text and each button of a confirmation dialog
(reference/block-kit/composition-objects/confirmation-dialog-object)."""

OVERFLOW_OPTIONS = 5
"""Choices of an overflow menu (reference/block-kit/block-elements/overflow-menu-element)."""

OPTION_VALUE_CHARACTERS = 150
"""Characters of a choice's value (reference/block-kit/composition-objects/option-object)."""

OPTION_CHARACTERS = 75
"""Characters of a choice (reference/block-kit/composition-objects/option-object). The labels and
hints of our forms have the same limit."""

VIEW_TITLE_CHARACTERS = 24
"""Characters of a modal's title and of its buttons (reference/views/modal-views)."""

CHART_SERIES = 6
"""Lines in a chart (reference/block-kit/blocks/data-visualization-block). The chart's title and the
name of each axis have up to 50 characters. Every line must have a point for every category."""

CHART_POINTS = 20
"""Categories on a chart's axis, and therefore points of a line (same page)."""

CHART_LABEL = 20
"""Characters of a line's name and of a category's name (same page)."""

TABLE_ROWS = 100
"""Rows of a table, including its header (reference/block-kit/blocks/table-block). A message may
have one table, with up to 10,000 characters in its cells; MESSAGE_CHARACTERS is a stricter
limit."""
