// The page of the local workspace. Data from the bot or a person becomes DOM nodes, never HTML; see
// "Building nodes". Sections: nodes, markup, blocks, fields, charts, messages, conversations,
// modals, composing, live changes.
"use strict";

/* ---------- Building nodes ---------- */

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// Only these become links; a javascript: address stays text.
function safeAddress(address) {
  try {
    const parsed = new URL(address);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}
function link(address, ...label) {
  const href = safeAddress(address);
  if (!href) return el("span", {}, ...label);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

/* ---------- Markup ---------- */

const EMOJI = {
  warning: "⚠️", scales: "⚖️", newspaper: "📰", bell: "🔔", no_bell: "🔕", mute: "🔇", white_check_mark: "✅",
  x: "❌", hourglass: "⌛", information_source: "ℹ️", speech_balloon: "💬", handshake: "🤝", package: "📦",
  mag: "🔍", calendar: "📅", date: "📅", link: "🔗", rotating_light: "🚨", chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉", bar_chart: "📊", eyes: "👀", wave: "👋", tada: "🎉", gear: "⚙️",
  bulb: "💡", pushpin: "📌", globe_with_meridians: "🌐", ship: "🚢", question: "❓", exclamation: "❗",
  arrow_up: "⬆️", arrow_down: "⬇️", arrow_right: "➡️", star: "⭐", fire: "🔥", us: "🇺🇸", cn: "🇨🇳", jp: "🇯🇵",
  gb: "🇬🇧", uk: "🇬🇧", de: "🇩🇪", fr: "🇫🇷", kr: "🇰🇷", it: "🇮🇹", es: "🇪🇸", ru: "🇷🇺",
};
function emoji(name) {
  const flag = /^flag-([a-z]{2})$/.exec(name);
  if (flag) return String.fromCodePoint(...[...flag[1]].map((c) => 0x1f1a5 + c.toUpperCase().charCodeAt(0)));
  return EMOJI[name] || `:${name}:`;
}
const unescape = (text) => readableFlags(text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
const personName = (id) => state.people[id] || id;

// Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text
const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\p{L}\p{N}~])|:([a-z0-9_+-]+):/gu;

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) nodes.push(unescape(text.slice(at, match.index)));
    at = match.index + match[0].length;
    const [, code, entity, bold, italic, strike, symbol] = match;
    if (code !== undefined) nodes.push(el("code", {}, unescape(code)));
    else if (entity !== undefined) nodes.push(reference(entity));
    else if (bold !== undefined) nodes.push(el("b", {}, inline(bold)));
    else if (italic !== undefined) nodes.push(el("i", {}, inline(italic)));
    else if (strike !== undefined) nodes.push(el("s", {}, inline(strike)));
    else nodes.push(emoji(symbol));
  }
  if (at < text.length) nodes.push(unescape(text.slice(at)));
  return nodes;
}

function reference(entity) {
  const [target, ...rest] = entity.split("|");
  const label = unescape(rest.join("|"));
  if (target.startsWith("@")) return mention(`@${personName(target.slice(1))}`);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) return dateMention(target, label);
  if (target.startsWith("!")) return mention(`@${label || target.slice(1).split("^")[0]}`);
  return link(unescape(target), label || unescape(target).replace(/^mailto:/, ""));
}
const mention = (text) => el("span", { class: "mention" }, text);
function channelMention(id, label) {
  const known = state.channels.find((channel) => channel.id === id);
  if (!known) return mention(`#${label || id}`);
  return el("button", { class: "mention", type: "button", onclick: () => openChannel(id) }, `#${known.name}`);
}

function dateMention(target, fallback) {
  const [, seconds, format, address] = target.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (!format || Number.isNaN(when.getTime())) return fallback;
  const shown = el("time", { datetime: when.toISOString(), title: when.toLocaleString() }, formatDate(when, format));
  return address ? link(address, shown) : shown;
}
function formatDate(when, format) {
  const day = (options) => when.toLocaleDateString([], options);
  const clock = (options) => when.toLocaleTimeString([], options);
  const short = { month: "short", day: "numeric", year: "numeric" };
  const long = { weekday: "long", month: "long", day: "numeric", year: "numeric" };
  const near = (options) => nearDay(when) || day(options);
  return unescape(format).replace(/\{(\w+)\}/g, (whole, token) => ({
    date_num: when.toISOString().slice(0, 10), date_slash: day({}), date: day({ ...short, month: "long" }),
    date_short: day(short), date_long: day(long), date_pretty: near({ ...short, month: "long" }),
    date_short_pretty: near(short), date_long_pretty: near(long), ago: ago(when),
    time: clock({ hour: "numeric", minute: "2-digit" }), time_secs: clock({}),
  })[token] || whole);
}
function nearDay(when) {
  const days = Math.round((startOfDay(when) - startOfDay(new Date())) / 86400000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}
const startOfDay = (when) => new Date(when.getFullYear(), when.getMonth(), when.getDate());
function ago(when) {
  const minutes = Math.round((when - Date.now()) / 60000);
  const words = new Intl.RelativeTimeFormat([], { numeric: "auto" });
  if (Math.abs(minutes) < 60) return words.format(minutes, "minute");
  if (Math.abs(minutes) < 1440) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 1440), "day");
}

function mrkdwn(text) {
  const parts = text.split(/```\n?([\s\S]*?)\n?```/);
  return parts.flatMap((part, index) => (index % 2 ? [el("pre", {}, unescape(part))] : quoted(part)));
}
function quoted(text) {
  const nodes = [];
  for (const run of text.split(/((?:^(?:&gt;|>).*\n?)+)/m)) {
    if (!run) continue;
    if (/^(?:&gt;|>)/.test(run)) {
      const inner = run.replace(/^(?:&gt;|>) ?/gm, "").replace(/\n$/, "");
      nodes.push(el("blockquote", {}, inline(inner)));
    } else nodes.push(...inline(run));
  }
  return nodes;
}
const plain = (text) => readableFlags(text.replace(/:([a-z0-9_+-]+):/g, (_, name) => emoji(name)));
const textOf = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text) : [plain(object.text)]);

/* ---------- Rich text ---------- */

function richPiece(piece) {
  const style = piece.style || {};
  let node = piece.type === "link" ? link(piece.url, piece.text || piece.url) : piece.text;
  if (style.code) node = el("code", {}, node);
  if (style.bold) node = el("b", {}, node);
  if (style.italic) node = el("i", {}, node);
  if (style.strike) node = el("s", {}, node);
  return node;
}
const richText = (block) => el("div", { class: "rich text" }, block.elements.map((part) => el("div", {}, part.elements.map(richPiece))));

/* ---------- Blocks ---------- */

// `scene` is the context of a block: its message or view, its actions and its fields.
const BLOCKS = {
  section: (block, scene) => el("div", { class: "section" },
    el("div", { class: "grow" },
      block.text ? el("div", { class: "text" }, textOf(block.text)) : null,
      block.fields ? el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "text" }, textOf(field)))) : null),
    block.accessory ? element(block, block.accessory, scene) : null),
  // A modal's title is a heading of level 2.
  header: (block, scene) => el(scene.isModal ? "h3" : "h2", { class: "header" }, plain(block.text.text)),
  context: (block) => el("div", { class: "context" }, block.elements.map((part) => el("span", { class: "text" }, textOf(part)))),
  divider: () => el("hr", { class: "divider" }),
  actions: (block, scene) => el("div", { class: "actions" }, block.elements.map((part) => element(block, part, scene))),
  table: (block) => table(block),
  data_visualization: (block) => chart(block),
  input: (block, scene) => inputBlock(block, scene),
};
function blocks(list, scene) {
  return list.map((block) => {
    const build = BLOCKS[block.type];
    const node = build ? build(block, scene) : el("div", { class: "no-picture" }, `A ${block.type} block`);
    node.classList.add("block");
    node.dataset.block = block.block_id || "";
    return node;
  });
}

function cellText(cell) {
  if (cell.type === "rich_text") return richText(cell);
  return readableFlags(cell.text ?? String(cell.value));
}
function table(block) {
  const settings = block.column_settings || [];
  const kind = (cell, column) => [
    settings[column]?.align || (cell.type === "raw_number" ? "right" : ""),
    settings[column]?.is_wrapped ? "" : "unwrapped",
  ].join(" ").trim() || null;
  const [head, ...rows] = block.rows;
  const body = rows.map((row) => el("tr", {}, row.map((cell, column) => el("td", { class: kind(cell, column) }, cellText(cell)))));
  const node = el("table", {},
    el("thead", {}, el("tr", {}, head.map((cell, column) => el("th", { scope: "col", class: kind(cell, column) }, cellText(cell))))),
    el("tbody", {}, body));
  return scrolling("Table", node);
}
// A box that scrolls sideways. While it is too narrow for its content, the keyboard reaches it too.
const scrollers = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }
});
function scrolling(label, content) {
  const node = el("div", { class: "scroll", role: "group", "aria-label": label }, content);
  scrollers.observe(node);
  return node;
}

/* ---------- Fields and buttons ---------- */

function element(block, part, scene) {
  const dispatches = block.type !== "input" || block.dispatch_action;
  const act = (value, busy) => dispatches && scene.act(block, part, value, busy);
  if (part.type === "button") return button(part, act);
  if (part.type === "overflow") return overflow(part, act);
  return field(block, part, scene, act);
}
const agrees = (part) => !part.confirm || window.confirm(`${part.confirm.title.text}\n\n${part.confirm.text.text}`);
function button(part, act) {
  const attributes = { class: `btn ${part.style || ""}`, "data-action": part.action_id, onclick: (event) => agrees(part) && act(null, event.currentTarget) };
  const href = part.url && safeAddress(part.url);
  if (href) return el("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, plain(part.text.text));
  return el("button", { ...attributes, type: "button" }, plain(part.text.text));
}
// A menu behind three dots. An option with an address opens it; every option is sent to the bot.
function overflow(part, act, label = "More actions", mark = "⋯") {
  const node = el("details", { class: "overflow", onkeydown: (event) => event.key === "Escape" && close(true), onfocusout: (event) => node.contains(event.relatedTarget) || close(false) });
  const close = (focus) => {
    node.open = false;
    if (focus) node.firstElementChild.focus();
  };
  const choose = (option) => (event) => {
    close(true);
    act(option.value, event.currentTarget);
  };
  const item = (option) => {
    const href = option.url && safeAddress(option.url);
    const attributes = { "data-action": part.action_id, "data-value": option.value, onclick: choose(option) };
    if (href) return el("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, plain(option.text.text));
    return el("button", { ...attributes, type: "button" }, plain(option.text.text));
  };
  node.append(el("summary", { class: "btn", "aria-label": label, title: label }, mark), el("div", { class: "menu" }, part.options.map(item)));
  return node;
}
function shortcutMenu(kind, label, mark, where) {
  const fits = state.shortcuts.filter((one) => one.kind === kind);
  const options = fits.map((one) => ({ text: { text: one.name }, value: one.callback_id }));
  const use = async (callback_id) => failed(await send("/shortcut", { callback_id, ...where }));
  return overflow({ action_id: "shortcut", options }, use, label, mark);
}
const optionNode = (option) => el("option", { value: option.value }, plain(option.text.text));

// `scene.fields[block_id][action_id]` is a function that returns the value of the field.
function field(block, part, scene, act) {
  const kept = scene.kept?.[block.block_id]?.[part.action_id];
  const built = fieldOf(part, kept, act);
  built.node.setAttribute("data-action", part.action_id);
  if (block.type === "input") built.node.setAttribute("id", scene.id(block));
  else built.node.setAttribute("aria-label", part.placeholder?.text || "Choose");
  (scene.fields[block.block_id] ||= {})[part.action_id] = built.read;
  return built.node;
}
function fieldOf(part, kept, changed) {
  const hint = part.placeholder?.text || "";
  switch (part.type) {
    case "static_select": return select(part, kept ?? part.initial_option?.value, changed);
    case "radio_buttons": return radio(part, kept ?? part.initial_option?.value, changed);
    case "checkboxes": return checkboxes(part, kept ?? (part.initial_options || []).map((option) => option.value), changed);
    case "datepicker": return typed("date", kept ?? part.initial_date, hint, changed, {});
    default: return textField(part, kept ?? part.initial_value, hint, changed);
  }
}
function select(part, initial, changed) {
  const node = el("select", { onchange: () => changed(node.value || null, node) }, el("option", { value: "" }, part.placeholder?.text || "Choose…"),
    part.option_groups ? part.option_groups.map((group) => el("optgroup", { label: group.label.text }, group.options.map(optionNode))) : part.options.map(optionNode));
  node.value = initial || "";
  return { node, read: () => node.value || null };
}
function radio(part, initial, changed) {
  const name = `radio-${(radio.count = (radio.count || 0) + 1)}`;
  const choice = (option) => el("label", {}, el("input", { type: "radio", name, value: option.value, checked: option.value === initial, onchange: (event) => changed(option.value, event.target) }), " ", plain(option.text.text));
  const node = el("div", { class: "choices", role: "radiogroup" }, part.options.map(choice));
  return { node, read: () => node.querySelector(":checked")?.value || null };
}
function checkboxes(part, initial, changed) {
  const read = () => [...node.querySelectorAll(":checked")].map((box) => box.value);
  const choice = (option) => el("label", {}, el("input", { type: "checkbox", value: option.value, checked: initial.includes(option.value), onchange: (event) => changed(read(), event.target) }), " ", plain(option.text.text));
  const node = el("div", { class: "choices", role: "group" }, part.options.map(choice));
  return { node, read };
}
function typed(type, initial, placeholder, changed, attributes) {
  const node = el("input", { type, placeholder, value: initial, ...attributes, onchange: () => changed(node.value || null, node) });
  return { node, read: () => node.value || null };
}
function textField(part, initial, placeholder, changed) {
  if (part.multiline) {
    const node = el("textarea", { rows: 4, placeholder, maxlength: part.max_length }, initial || "");
    return { node, read: () => node.value || null };
  }
  return typed("text", initial, placeholder, changed, { maxlength: part.max_length });
}
function readFields(fields) {
  const values = {};
  for (const [block, actions] of Object.entries(fields))
    for (const [action, read] of Object.entries(actions)) (values[block] ||= {})[action] = read();
  return values;
}
function inputBlock(block, scene) {
  const inner = element(block, block.element, scene);
  const label = plain(block.label.text) + (block.optional ? " (optional)" : "");
  // A `label` element cannot name a group of radio buttons or boxes.
  if (inner.classList.contains("choices")) inner.setAttribute("aria-label", label);
  return el("div", { class: "field" },
    el("label", { for: scene.id(block) }, label),
    inner,
    block.hint ? el("div", { class: "field-hint" }, plain(block.hint.text)) : null,
    el("div", { class: "field-error", role: "alert", "data-error": block.block_id }));
}

/* ---------- Charts ---------- */

function chart(block) {
  const drawn = plot(block.chart);
  const picture = svg("svg", { viewBox: drawn.box, role: "img", "aria-label": `${block.title}: the data follows as a table` }, drawn.nodes);
  return el("div", { class: "chart" }, el("p", { class: "chart-title" }, plain(block.title)), picture,
    el("div", { class: "legend" }, drawn.names.map((name, index) => el("span", { class: `s${index}` }, el("i", {}), name))),
    el("details", {}, el("summary", {}, "Data"), scrolling("Data of the chart", el("table", {},
      el("thead", {}, el("tr", {}, drawn.head.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, drawn.rows.map((row) => el("tr", {}, row.map((text, column) => el("td", { class: column ? "right" : null }, String(text))))))))));
}
function niceScale(low, high) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((candidate) => candidate >= rough);
  const ticks = [];
  for (let tick = Math.floor(low / step) * step; tick < high + step * 0.999; tick += step) ticks.push(Number(tick.toFixed(10)));
  return ticks;
}
function plot(data) {
  const { categories, x_label: below, y_label: sideLabel } = data.axis_config;
  const narrow = matchMedia("(max-width: 700px)").matches;
  const width = narrow ? 330 : 640, height = narrow ? 220 : 280, left = sideLabel ? 62 : 46, right = 14, top = 12, bottom = below ? 58 : 40;
  const value = (series, category) => series.data.find((point) => point.label === category).value;
  const values = data.series.flatMap((series) => categories.map((category) => value(series, category)));
  const ticks = niceScale(Math.min(0, ...values), Math.max(0, ...values));
  const y = (v) => top + (height - top - bottom) * (1 - (v - ticks[0]) / (ticks.at(-1) - ticks[0] || 1));
  const slot = (width - left - right) / categories.length;
  const x = (index) => left + slot * (index + 0.5);
  const every = Math.ceil(categories.length / (narrow ? 3 : 9));
  const nodes = ticks.flatMap((tick) => [
    svg("line", { class: tick === 0 ? "axis" : "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
    svg("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, String(tick))]);
  categories.forEach((category, index) => index % every || nodes.push(svg("text", { x: x(index), y: height - bottom + 18, "text-anchor": "middle" }, category)));
  if (below) nodes.push(svg("text", { x: (left + width) / 2, y: height - 8, "text-anchor": "middle" }, below));
  if (sideLabel) nodes.push(svg("text", { x: 14, y: height / 2, transform: `rotate(-90 14 ${height / 2})`, "text-anchor": "middle" }, sideLabel));
  data.series.forEach((series, which) => nodes.push(drawSeries(data, series, which, { categories, value, x, y, slot })));
  return {
    box: `0 0 ${width} ${height}`, nodes, names: data.series.map((series) => series.name),
    head: ["", ...data.series.map((series) => series.name)],
    rows: categories.map((category) => [category, ...data.series.map((series) => value(series, category))]),
  };
}
function drawSeries(data, series, which, { categories, value, x, y, slot }) {
  const note = (category) => svg("title", {}, `${series.name}, ${category}: ${value(series, category)}`);
  if (data.type === "bar") {
    const wide = (slot * 0.72) / data.series.length;
    return svg("g", { class: `s${which}` }, categories.map((category, index) => {
      const v = value(series, category);
      return svg("rect", { class: "fill", x: x(index) - slot * 0.36 + wide * which, width: Math.max(wide - 1, 1), y: Math.min(y(v), y(0)), height: Math.abs(y(v) - y(0)), rx: 2 }, note(category));
    }));
  }
  const points = categories.map((category, index) => `${x(index).toFixed(1)},${y(value(series, category)).toFixed(1)}`);
  const area = data.type === "area" ? svg("polygon", { class: "wash", points: [`${x(0)},${y(0)}`, ...points, `${x(categories.length - 1)},${y(0)}`].join(" ") }) : null;
  return svg("g", { class: `s${which}` }, area, svg("polyline", { class: "plot stroke", points: points.join(" ") }),
    categories.map((category, index) => svg("circle", { class: "fill", cx: x(index), cy: y(value(series, category)), r: 3.5 }, note(category))));
}
/* ---------- Talking to the workspace ---------- */

async function send(address, body) {
  try {
    const response = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return await response.json();
  } catch {
    return { ok: false, error: "unreachable", message: "the workspace does not answer" };
  }
}
// The server refuses longer addresses.
const MOST_ADDRESS = 8000;
async function sendFile(file, channel, text) {
  const most = state.most_file_bytes;
  if (file.size > most) return { ok: false, message: `${file.name} is larger than ${Math.round(most / 1e6)} MB` };
  const address = `/files?${new URLSearchParams({ channel, name: file.name, text })}`;
  if (address.length > MOST_ADDRESS) return { ok: false, message: "the text is too long to go with a file: send it by itself" };
  try {
    const response = await fetch(address, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
    return await response.json();
  } catch {
    return { ok: false, error: "unreachable", message: "the workspace does not answer" };
  }
}
// The page reports its time zone, which Slack knows from a person's profile.
const STATE = `/state?zone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || "")}`;
async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}
function toast(text) {
  const node = el("div", { class: "toast" }, el("span", {}, text), el("button", { class: "icon", type: "button", "aria-label": "Dismiss", onclick: () => node.remove() }, "✕"));
  const box = $("toasts");
  box.append(node);
  // Show it again, so that it is above a modal that has opened since.
  if (box.matches(":popover-open")) box.hidePopover();
  box.showPopover();
  setTimeout(() => node.remove(), 8000);
}
const failed = (answer) => !answer.ok && toast(answer.message || answer.error);

function scene(container, kept) {
  const own = { container, kept, fields: {}, number: (scene.count = (scene.count || 0) + 1) };
  own.id = (block) => `field-${own.number}-${block.block_id}`;
  own.act = async (block, part, value, busy) => {
    busy?.setAttribute("aria-busy", "true");
    const where = container.view_id ? { view_id: container.view_id } : { channel: container.channel_id, ts: container.message_ts };
    failed(await send("/act", { ...where, block_id: block.block_id, action_id: part.action_id, value, values: readFields(own.fields) }));
    busy?.removeAttribute("aria-busy");
  };
  return own;
}

/* ---------- Messages ---------- */

let state = { channels: [], people: {}, commands: [], shortcuts: [], app: {}, me: {} };
const place = { channel: null, tab: "messages", thread: null, more: false };
const shown = { stream: new Map(), replies: new Map() };

function messageNode(message, channel, inThread, previous) {
  const container = { channel_id: channel, message_ts: message.ts };
  const own = scene(container);
  const when = new Date(Number(message.ts.split(".")[0]) * 1000);
  const clock = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const follows = previous && previous.user === message.user && !message.only_you && !previous.only_you && !previous.reply_count && Number(message.ts) - Number(previous.ts) < 300 && sameDay(previous, message);
  const thread = message.thread_ts || message.ts;
  const reply = inThread ? null : el("button", { class: "icon", type: "button", onclick: () => openThread(thread) }, "Reply");
  const tools = message.only_you ? null : el("div", { class: "tools" }, reply, shortcutMenu("message", "Message shortcuts", "⋮", { channel, ts: message.ts }));
  return el("article", { class: ["message", follows && "follows", message.only_you && "only-you"].filter(Boolean).join(" "), "data-ts": message.ts, "aria-label": `${message.author.name}, ${clock}` },
    el("div", { class: `avatar ${message.author.is_bot ? "bot" : ""}`, "aria-hidden": "true" }, message.author.name.slice(0, 1).toUpperCase()),
    el("div", { class: "meta" }, el("b", {}, message.author.name), message.author.is_bot ? el("span", { class: "tag" }, "APP") : null, el("time", { datetime: when.toISOString(), title: when.toLocaleString() }, clock)),
    message.only_you ? el("div", { class: "eyes" }, "Only visible to you") : null,
    isBroadcast(message) ? threadLink(message, inThread) : null,
    el("div", { class: "content" }, messageContent(message, own)),
    !inThread && message.reply_count ? repliesButton(message) : null,
    tools);
}
const isBroadcast = (message) => message.subtype === "thread_broadcast";
function threadLink(message, inThread) {
  if (inThread) return el("div", { class: "eyes" }, "Also sent to the channel");
  const first = shown.stream.get(message.thread_ts);
  const about = first?.text ? `: ${el("span", {}, mrkdwn(first.text)).textContent.split("\n")[0]}` : "";
  return el("div", { class: "eyes" }, el("button", { class: "thread-link", type: "button", onclick: () => openThread(message.thread_ts) }, `replied to a thread${about}`));
}
function messageContent(message, own) {
  const nodes = [];
  if (message.blocks?.length) nodes.push(blocks(message.blocks, own));
  else if (message.text) nodes.push(el("div", { class: "text" }, mrkdwn(message.text), message.edited ? el("span", { class: "edited" }, " (edited)") : null));
  for (const file of message.files || []) nodes.push(fileNode(file));
  return nodes;
}
function fileNode(file) {
  const address = `/files/${encodeURIComponent(file.id)}`;
  if (file.mimetype.startsWith("image/")) return el("img", { class: "picture", src: address, alt: file.title });
  return el("a", { href: address, download: file.name }, `File: ${file.title}`);
}
function repliesButton(message) {
  const last = new Date(Number(message.latest_reply.split(".")[0]) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return el("button", { class: "replies", type: "button", onclick: () => openThread(message.ts) }, el("b", {}, count), " ", el("span", {}, `last at ${last}`));
}
const dayOf = (message) => startOfDay(new Date(Number(message.ts.split(".")[0]) * 1000)).getTime();
const sameDay = (one, other) => dayOf(one) === dayOf(other);
function dayName(message) {
  const when = new Date(dayOf(message));
  const near = nearDay(when);
  return near ? near[0].toUpperCase() + near.slice(1) : when.toLocaleDateString([], { weekday: "long", month: "long", day: "numeric" });
}

const nearEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
const toEnd = (box) => (box.scrollTop = box.scrollHeight);

// Scrolls to the end, or to the start of the last message if it is taller than the box.
function reveal(box) {
  const last = box.lastElementChild;
  if (last.offsetHeight > box.clientHeight) last.scrollIntoView({ block: "start" });
  else toEnd(box);
}

function drawStream(keepEnd = true) {
  const box = $("stream");
  const list = [...shown.stream.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  const nodes = place.more ? [el("button", { class: "btn older", type: "button", onclick: loadOlder }, "Show older messages")] : [];
  let previous = null;
  for (const message of list) {
    if (!previous || !sameDay(previous, message)) {
      nodes.push(el("div", { class: "day" }, dayName(message)));
      previous = null;
    }
    nodes.push(messageNode(message, place.channel, false, previous));
    previous = message;
  }
  if (!list.length) nodes.push(el("p", { class: "empty" }, `Nothing here yet. Try ${state.commands[0]?.name || "/tariff"} in the box below.`));
  box.replaceChildren(...nodes);
  if (keepEnd) toEnd(box);
}
function putMessage(box, map, message, inThread) {
  const known = map.get(message.ts);
  map.set(message.ts, known && message.reply_count === undefined ? { ...threadFields(known), ...message } : message);
  const old = box.querySelector(`[data-ts="${CSS.escape(message.ts)}"]`);
  if (old && known) {
    const before = [...map.values()].filter((m) => m.ts < message.ts).sort((a, b) => (a.ts < b.ts ? 1 : -1))[0];
    const fresh = messageNode(map.get(message.ts), place.channel, inThread, inThread ? null : before);
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    old.replaceWith(fresh);
    if (focused) fresh.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
    return;
  }
  const end = nearEnd(box) || message.user === state.me.id || message.only_you;
  if (inThread) box.append(messageNode(message, place.channel, true, null));
  else appendToStream(message);
  if (end) reveal(box);
}
function threadFields(message) {
  const kept = {};
  for (const name of ["thread_ts", "reply_count", "latest_reply"]) if (message[name] !== undefined) kept[name] = message[name];
  return kept;
}
function appendToStream(message) {
  const box = $("stream");
  const before = [...shown.stream.values()].filter((m) => m.ts < message.ts).sort((a, b) => (a.ts < b.ts ? 1 : -1))[0];
  box.querySelector(".empty")?.remove();
  if (!before || !sameDay(before, message)) box.append(el("div", { class: "day" }, dayName(message)));
  box.append(messageNode(message, place.channel, false, before && sameDay(before, message) ? before : null));
}

/* ---------- Channels, threads, Home ---------- */

function drawSidebar() {
  const item = (channel, mark) => el("li", { class: channel.unread ? "unread" : null },
    el("button", { type: "button", "data-channel": channel.id, "aria-current": channel.id === place.channel ? "page" : null, onclick: () => openChannel(channel.id) },
      el("span", { "aria-hidden": "true" }, mark), el("span", { class: "name" }, channel.name),
      channel.unread ? el("span", { class: "badge" }, String(channel.unread), el("span", { class: "skip" }, " unread")) : null));
  $("channels").replaceChildren(...state.channels.filter((c) => c.kind === "public").map((c) => item(c, "#")));
  $("apps").replaceChildren(...state.channels.filter((c) => c.kind === "im").map((c) => item(c, "◆")));
  const unread = state.channels.reduce((sum, channel) => sum + channel.unread, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${$("title").textContent || "Tariffwire"}: local workspace`;
}
const channelOf = (id) => state.channels.find((channel) => channel.id === id);

async function refresh() {
  await loadHints();
  state = await load(STATE);
  if (!channelOf(place.channel)) place.channel = state.channels[0].id;
  showModal(state.modal);
  await openChannel(place.channel, { keepTab: true, keepThread: true });
}
// The messages that arrive while a conversation is loaded.
let opening = null;
async function openChannel(id, { keepTab = false, keepThread = false, target = null } = {}) {
  const channel = channelOf(id);
  if (!channel) return;
  const own = (opening = { id, arrived: [] });
  const page = await load(`/messages?channel=${encodeURIComponent(id)}`);
  if (opening === own) opening = null;
  if (place.channel !== id && !keepThread) closeThread();
  if (!keepTab) place.tab = channel.kind === "im" && place.channel !== id && !channel.unread ? "home" : "messages";
  Object.assign(place, { channel: id, more: page.has_more });
  shown.stream = new Map([...page.messages, ...own.arrived].map((message) => [message.ts, message]));
  $("title").textContent = channel.kind === "im" ? channel.name : `# ${channel.name}`;
  showPlaceholder();
  document.body.classList.remove("side-open");
  $("show-sidebar").setAttribute("aria-expanded", "false");
  drawTabs(channel);
  drawStream();
  markRead();
  history.replaceState(null, "", `#${id}${target ? `/${target}` : ""}`);
  if (place.thread) await openThread(place.thread);
  if (target) showTarget(target);
}
const narrow = matchMedia("(max-width: 700px)");
function showPlaceholder() {
  const channel = channelOf(place.channel);
  const whole = `Message ${channel.kind === "im" ? channel.name : `#${channel.name}`}, or type / for a command`;
  $("compose-text").placeholder = narrow.matches ? "Message, or / for a command" : whole;
  $("compose-text").setAttribute("aria-label", whole);
}
function showTarget(ts) {
  const node = $("stream").querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  node?.classList.add("targeted");
  node?.scrollIntoView({ block: "center" });
}
async function loadOlder() {
  const first = [...shown.stream.keys()].sort()[0];
  const page = await load(`/messages?channel=${encodeURIComponent(place.channel)}&before=${first}`);
  for (const message of page.messages) shown.stream.set(message.ts, message);
  place.more = page.has_more;
  const box = $("stream");
  const fromEnd = box.scrollHeight - box.scrollTop;
  drawStream(false);
  box.scrollTop = box.scrollHeight - fromEnd;
}
function markRead() {
  const channel = channelOf(place.channel);
  const last = [...shown.stream.values()].filter((m) => !m.only_you).map((m) => m.ts).sort().at(-1);
  if (document.hidden || place.tab !== "messages") return drawSidebar();
  channel.unread = 0;
  if (last && last > channel.last_read) {
    channel.last_read = last;
    send("/read", { channel: channel.id, ts: last });
  }
  drawSidebar();
}
function drawTabs(channel) {
  const app = channel.kind === "im";
  const home = app && place.tab === "home";
  $("tabs").hidden = !app;
  $("home").hidden = !home;
  $("stream").hidden = $("compose").hidden = home;
  $("tab-home").setAttribute("aria-selected", String(home));
  $("tab-messages").setAttribute("aria-selected", String(!home));
  if (home) {
    drawHome();
    send("/home", {}).then(failed);
  }
}
let homeScene = null;
function drawHome() {
  const view = state.home;
  // What was selected before the Home tab changed stays selected.
  homeScene = view && scene({ view_id: view.id }, homeScene && readFields(homeScene.fields));
  const empty = el("p", { class: "empty" }, `${state.app.name} has not set up its Home tab yet.`);
  $("home").replaceChildren(...(view ? blocks(view.blocks, homeScene).flat() : [empty]));
}
function pickTab(tab) {
  place.tab = tab;
  drawTabs(channelOf(place.channel));
  if (tab === "messages") { toEnd($("stream")); markRead(); }
}

async function openThread(ts) {
  place.thread = ts;
  const page = await load(`/thread?channel=${encodeURIComponent(place.channel)}&ts=${encodeURIComponent(ts)}`);
  shown.replies = new Map(page.messages.map((message) => [message.ts, message]));
  $("replies").replaceChildren(...page.messages.map((message) => messageNode(message, place.channel, true, null)));
  const opened = $("thread").hidden;
  $("thread").hidden = false;
  toEnd($("replies"));
  if (opened) $("reply-text").focus();
}
function closeThread() {
  place.thread = null;
  $("thread").hidden = true;
}

/* ---------- Modals ---------- */

let modal = null;
function showModal(view) {
  const box = $("modal");
  if (!view) {
    modal = null;
    closeDialog(box);
    return;
  }
  const kept = modal?.view.id === view.id ? readFields(modal.scene.fields) : null;
  const own = scene({ view_id: view.id }, kept);
  own.isModal = true;
  modal = { view, scene: own };
  const submit = async (event) => {
    event.preventDefault();
    for (const slot of box.querySelectorAll("[data-error]")) slot.textContent = "";
    const answer = await send("/view", { view_id: view.id, values: readFields(own.fields) });
    for (const [block, text] of Object.entries(answer.errors || {})) {
      const slot = box.querySelector(`[data-error="${CSS.escape(block)}"]`);
      if (slot) slot.textContent = text;
    }
    if (!answer.errors) failed(answer);
  };
  const focused = keepFocus(box);
  box.replaceChildren(el("form", { onsubmit: submit, novalidate: true, autocomplete: "off" },
    el("h2", { id: "modal-title" }, plain(view.title.text)),
    blocks(view.blocks, own),
    el("div", { class: "modal-foot" },
      el("button", { class: "btn", type: "button", onclick: closeModal }, view.close?.text || (view.submit ? "Cancel" : "Close")),
      view.submit ? el("button", { class: "btn primary", type: "submit" }, plain(view.submit.text)) : null)));
  if (box.open) focused();
  else openDialog(box);
}
async function closeModal() {
  if (modal) failed(await send("/view", { view_id: modal.view.id, action: "close" }));
}

/* ---------- Composing ---------- */

const typedLines = [];
let recalled = 0;
function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
}
function setText(box, text) {
  box.value = text;
  grow(box);
  box.setSelectionRange(text.length, text.length);
}
function composer(form, box, target) {
  // Commands cannot be used in threads.
  const completes = box === $("compose-text") ? completer(box, $("compose-hint"), (text) => setText(box, text)) : null;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    completes?.close();
    typedLines.push(text);
    recalled = typedLines.length;
    setText(box, "");
    const answer = await send("/say", { text, ...target() });
    // The conversation already shows the error of a failed command.
    if (!answer.ok && !(text.startsWith("/") && ["operation_timeout", "dispatch_failed", "not_connected"].includes(answer.error))) toast(answer.message);
  });
  box.addEventListener("input", () => { grow(box); completes?.open(); });
  box.addEventListener("keydown", (event) => {
    if (!event.shiftKey && !event.isComposing && completes?.press(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "ArrowUp" && recalled > 0 && (!box.value || box.value === typedLines[recalled])) {
      event.preventDefault();
      setText(box, typedLines[--recalled]);
    } else if (event.key === "ArrowDown" && recalled < typedLines.length && box.value === typedLines[recalled]) {
      event.preventDefault();
      setText(box, typedLines[++recalled] || "");
    }
  });
}

/* ---------- Live changes ---------- */

const NEWS = {
  message: (news) => takeMessage(news),
  message_changed: (news) => takeMessage(news),
  async channels() {
    const fresh = await load(STATE);
    state = { ...fresh, channels: fresh.channels.map((one) => (one.id === place.channel ? { ...one, unread: 0 } : one)) };
    drawSidebar();
  },
  read(news) {
    const channel = channelOf(news.channel);
    if (channel) channel.unread = 0;
    drawSidebar();
  },
  home(news) {
    state.home = news.view;
    if (!$("home").hidden) drawHome();
  },
  modal: (news) => showModal(news.view),
  hints: () => loadHints(),
  behind: () => refresh(),
};
function takeMessage(news) {
  const { message, channel } = news;
  const thread = message.thread_ts;
  const isReply = thread && thread !== message.ts;
  const inChannel = !isReply || isBroadcast(message);
  if (channel === opening?.id && inChannel) opening.arrived.push(message);
  if (channel === place.channel) {
    if (inChannel) putMessage($("stream"), shown.stream, message, false);
    if (news.parent && shown.stream.has(news.parent.ts)) putMessage($("stream"), shown.stream, news.parent, false);
    if (place.thread && (thread === place.thread || message.ts === place.thread)) putMessage($("replies"), shown.replies, message, true);
    if (inChannel) markRead();
  }
  const counts = news.type === "message" && inChannel && !message.only_you && message.user !== state.me.id;
  if (counts && (channel !== place.channel || document.hidden || place.tab !== "messages")) {
    const there = channelOf(channel);
    if (there) there.unread += 1;
    drawSidebar();
  }
}
function listen() {
  const source = new EventSource("/events");
  let before = false;
  source.onopen = () => {
    $("offline").hidden = true;
    // Load what changed while the connection was lost.
    if (before) refresh();
    before = true;
  };
  source.onerror = () => {
    $("offline").hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1500);
  };
  source.onmessage = (event) => {
    const news = JSON.parse(event.data);
    NEWS[news.type]?.(news);
  };
}

async function start() {
  composer($("compose"), $("compose-text"), () => ({ channel: place.channel }));
  composer($("reply"), $("reply-text"), () => ({ channel: place.channel, thread_ts: place.thread }));
  $("attach").addEventListener("click", () => $("attach-file").click());
  $("attach-file").addEventListener("change", async () => {
    const [file] = $("attach-file").files;
    if (!file) return;
    // What is typed goes with the file, such as a mention of the app.
    const text = $("compose-text").value.trim();
    const answer = await sendFile(file, place.channel, text);
    if (!answer.ok) toast(answer.message);
    // Keep what was typed since.
    else if ($("compose-text").value.trim() === text) setText($("compose-text"), "");
    $("attach-file").value = "";
  });
  $("close-thread").addEventListener("click", closeThread);
  $("tab-home").addEventListener("click", () => pickTab("home"));
  $("tab-messages").addEventListener("click", () => pickTab("messages"));
  $("modal").addEventListener("cancel", (event) => { event.preventDefault(); closeModal(); });
  $("show-sidebar").addEventListener("click", () => {
    $("show-sidebar").setAttribute("aria-expanded", String(document.body.classList.toggle("side-open")));
    $("channels").querySelector("button")?.focus();
  });
  $("veil").addEventListener("click", () => document.body.classList.remove("side-open"));
  $("add-channel").addEventListener("click", () => { $("channel-name").value = ""; $("new-channel").showModal(); });
  $("cancel-channel").addEventListener("click", () => $("new-channel").close());
  $("new-channel").querySelector("form").addEventListener("submit", async () => {
    const answer = await send("/channels", { name: $("channel-name").value });
    if (failed(answer)) return;
    state = await load(STATE);
    await openChannel(answer.channel.id);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    if (document.body.classList.contains("side-open")) document.body.classList.remove("side-open");
    else if (place.thread) { closeThread(); $("compose-text").focus(); }
  });
  document.addEventListener("visibilitychange", () => document.hidden || (place.channel && markRead()));
  window.addEventListener("hashchange", fromAddress);
  narrow.addEventListener("change", showPlaceholder);
  listen();
  await loadHints();
  state = await load(STATE);
  place.channel = state.channels[0].id;
  showModal(state.modal);
  $("shortcuts").replaceChildren(shortcutMenu("global", "Shortcuts", "⚡", {}));
  if (!(await fromAddress())) await openChannel(place.channel);
  $("compose-text").focus();
}
async function fromAddress() {
  const [id, target] = location.hash.slice(1).split("/");
  if (!channelOf(id)) return false;
  await openChannel(id, { target, keepTab: true });
  return true;
}
start();
