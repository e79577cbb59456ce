"""Slack's limits as the local workspace enforces them, each with its source.

Lengths are in characters, times in seconds. In the sources, `BLOCKS` stands for
https://docs.slack.dev/reference/block-kit/blocks and `METHODS` for
https://docs.slack.dev/reference/methods.
"""

# METHODS/chat.postMessage. Slack cuts longer text; here it is an error, so that tests notice it.
MESSAGE_TEXT = 40_000
# METHODS/chat.update, under the error msg_too_long.
UPDATED_TEXT = 4_000
# BLOCKS
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Not documented. Maintainers name 12,000 characters of text "with a buffer for block containers",
# and say that a divider counts as 125 characters (https://github.com/slackapi/bolt-js/issues/2509
# and /2867, both about chat.postMessage).
MESSAGE_BUDGET = 13_000
BUDGET_OF_A_BLOCK = 125

# BLOCKS/section-block
SECTION_TEXT = 3_000
SECTION_FIELDS = 10
FIELD_TEXT = 2_000
# BLOCKS/header-block
HEADER_TEXT = 150
# BLOCKS/context-block
CONTEXT_ELEMENTS = 10
# BLOCKS/actions-block
ACTIONS_ELEMENTS = 25
# BLOCKS/input-block
INPUT_TEXT = 2_000
# BLOCKS for the block_id of a block; https://docs.slack.dev/reference/block-kit/block-elements for
# the action_id of an element.
ID = 255

# BLOCKS/table-block. TABLE_TEXT is the limit for all cells together. A message has at most one
# table.
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_TEXT = 10_000
TABLES = 1
# BLOCKS/data-visualization-block. The limits CHART_POINTS and CHARTS are those of client libraries.
CHART_TITLE = 50
CHART_SERIES = 6
CHART_LABEL = 20
CHART_AXIS_LABEL = 50
CHART_POINTS = 20
CHARTS = 2

# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
BUTTON_URL = 3_000
# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
OPTIONS = 100
OPTION_GROUPS = 100
PLACEHOLDER = 150
# https://docs.slack.dev/reference/block-kit/composition-objects/option-group-object
GROUP_LABEL = 75
# https://docs.slack.dev/reference/block-kit/block-elements/radio-button-group-element
RADIO_OPTIONS = 10
# https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element
CHECKBOXES = 10
# https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
OVERFLOW_OPTIONS = 5
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
INPUT_LENGTH = 3_000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTION_URL = 3_000

# https://docs.slack.dev/reference/views/modal-views
VIEW_TITLE = 24
VIEW_BUTTON = 24
PRIVATE_METADATA = 3_000
CALLBACK_ID = 255
# METHODS/views.open, under the error view_too_large. In bytes of JSON.
VIEW_BYTES = 250_000

# https://docs.slack.dev/interactivity/handling-user-interaction
ACK_S = 3.0
RESPONSES = 5
RESPONSE_WINDOW_S = 30 * 60.0
# https://docs.slack.dev/apis/events-api. The delay before each of the three retries of an event.
EVENT_RETRIES_S = (0.0, 60.0, 300.0)
# https://docs.slack.dev/apis/events-api/using-socket-mode
SOCKETS = 10

# https://docs.slack.dev/apis/web-api/rate-limits: one post a second in each channel, with short
# bursts.
POSTS_PER_SECOND = 1.0
POST_BURST = 5
# The tiers on the same page, in calls per minute.
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100

# The local workspace's own limit for an uploaded file, in bytes.
FILE_BYTES = 5_000_000

# https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
