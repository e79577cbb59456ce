// Help for the person at the page: the banner with its examples, the completion of commands in the
// message box, the focus around modals, and the replacement of flags where no font has them. Uses
// the functions of page.js.
"use strict";

let hints = { banner: "", examples: [], completions: [] };

/* ---------- Banner ---------- */

async function loadHints() {
  hints = await load("/hints");
  $("banner").hidden = !hints.banner;
  // An unchanged text is not announced again.
  if ($("banner-text").textContent !== hints.banner) $("banner-text").textContent = hints.banner;
  const examples = hints.examples.map((text) => el("button", { class: "btn", type: "button", onclick: () => sayExample(text) }, text));
  $("banner-examples").replaceChildren(...examples);
  $("banner-examples").hidden = !examples.length;
}
async function sayExample(text) {
  if (place.tab !== "messages") pickTab("messages");
  failed(await send("/say", { text, channel: place.channel }));
}

/* ---------- Completion ---------- */

const MOST_SUGGESTIONS = 7;
const LONGEST_NAME_WORDS = 5;

// The suggestions for a text: what to show, and the text of the box once a person has chosen.
function suggest(text) {
  const space = text.indexOf(" ");
  const name = space < 0 ? text : text.slice(0, space);
  if (!text.startsWith("/")) return [];
  if (space < 0) {
    const fits = state.commands.filter((command) => command.name.startsWith(name));
    return fits.map((command) => ({ label: command.name, note: command.hint, value: `${command.name} ` }));
  }
  if (!state.commands.some((command) => command.name === name)) return [];
  const words = text.slice(space + 1).split(" ");
  for (let size = Math.min(LONGEST_NAME_WORDS, words.length); size > 0; size -= 1) {
    const tail = words.slice(-size).join(" ");
    const fits = findCompletions(tail, words.length === size, words[0].toLowerCase());
    if (fits.length) {
      const start = text.slice(0, text.length - tail.length);
      return fits.map((one) => ({ label: one.text, note: one.note, value: `${start}${one.text} ` }));
    }
  }
  return [];
}
function findCompletions(tail, isFirst, firstWord) {
  const typed = tail.toLowerCase();
  const fits = (one) => {
    if (one.after === "*") return typed.trim() !== "";
    return one.after ? !isFirst && one.after === firstWord : isFirst;
  };
  const begins = (one) => one.text.toLowerCase().startsWith(typed) && one.text.toLowerCase() !== typed;
  return hints.completions.filter((one) => fits(one) && begins(one)).slice(0, MOST_SUGGESTIONS);
}

// A list of suggestions above a text box. The focus stays in the box; the list is operated with the
// arrow keys, Enter, Tab and Escape, or with the pointer.
function completer(box, list, choose) {
  let rows = [];
  let active = -1;
  const mark = (index) => {
    active = index;
    [...list.children].forEach((node, at) => node.setAttribute("aria-selected", String(at === active)));
    if (active < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", list.children[active].id);
  };
  const close = () => {
    rows = [];
    list.hidden = true;
    list.replaceChildren();
    mark(-1);
    $("compose-status").textContent = "";
  };
  const take = (index) => {
    const { value } = rows[index];
    close();
    choose(value);
    open();
  };
  const open = () => {
    const found = box.selectionStart === box.value.length ? suggest(box.value) : [];
    if (!found.length) return close();
    rows = found;
    list.replaceChildren(...rows.map((row, index) => el("li", {
      role: "option", id: `suggestion-${index}`, "aria-selected": "false",
      // The box keeps the focus.
      onmousedown: (event) => event.preventDefault(), onclick: () => take(index),
    }, el("b", {}, row.label), " ", el("span", {}, row.note))));
    list.hidden = false;
    mark(-1);
    $("compose-status").textContent = `${rows.length} ${rows.length === 1 ? "suggestion" : "suggestions"}`;
  };
  // Returns whether the list has used the key.
  const press = (key) => {
    if (!rows.length) return false;
    if (key === "ArrowDown") mark((active + 1) % rows.length);
    else if (key === "ArrowUp") mark(active > 0 ? active - 1 : rows.length - 1);
    else if (key === "Enter" && active >= 0) take(active);
    else if (key === "Tab") take(Math.max(active, 0));
    else if (key === "Escape") close();
    else return false;
    return true;
  };
  box.addEventListener("blur", close);
  return { open, close, press };
}

/* ---------- Focus ---------- */

let opener = null;
function openDialog(box) {
  const node = document.activeElement;
  opener = { node, ts: node?.closest("[data-ts]")?.dataset.ts, action: node?.dataset.action };
  box.showModal();
}
// Closes the dialog; the focus returns to the control that opened it. If the message was redrawn
// since, it is the same control of the new message; if that is gone, it is the message box.
function closeDialog(box) {
  if (!box.open) return;
  box.close();
  const { node, ts, action } = opener;
  if (node?.isConnected && node.checkVisibility()) return node.focus();
  const again = ts && action ? document.querySelector(`[data-ts="${CSS.escape(ts)}"] [data-action="${CSS.escape(action)}"]`) : null;
  (again || ($("compose").hidden ? $("home") : $("compose-text"))).focus();
}
// Remembers which control of the box has the focus. The result gives it to the same control of the
// new content, or to the first control.
function keepFocus(box) {
  const held = box.contains(document.activeElement) ? document.activeElement.dataset.action : undefined;
  return () => {
    if (box.contains(document.activeElement) && document.activeElement !== box) return;
    const same = held && box.querySelector(`[data-action="${CSS.escape(held)}"]`);
    (same || box.querySelector("input, select, textarea, button, a"))?.focus();
  };
}

/* ---------- Flags ---------- */

const FLAG = /[\u{1f1e6}-\u{1f1ff}]{2} ?/gu;
// Without a font for flags, a browser draws the two letters of a flag one after the other.
let hasFlags = (() => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "32px sans-serif";
  const width = (text) => pen.measureText(text).width;
  return width("\u{1f1fa}\u{1f1f8}") < width("\u{1f1fa}") * 1.5;
})();
// Removes a flag before a name; a flag without a name becomes the letters of its code.
function readableFlags(text) {
  if (hasFlags) return text;
  return text.replace(FLAG, (flag, at) => {
    if (/^[\p{L}*]/u.test(text.slice(at + flag.length))) return "";
    return String.fromCodePoint(...[...flag.trim()].map((letter) => letter.codePointAt(0) - 0x1f1a5)) + flag.slice(4);
  });
}
