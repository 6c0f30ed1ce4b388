// The entry page adds up while one types. The sums are the engine's own, read from the page; identities are checked by the
// server each time the draft is kept. Without this script the server does all of it when the form is sent.
"use strict";

const form = document.getElementById("statement-entry");
const sums = JSON.parse(document.getElementById("statement-sums").textContent);
const texts = Object.assign({}, ...[...document.getElementById("told-texts").content.children].map((part) => part.dataset));
const COLUMNS = ["c-", "p-"];
const PLACES = 10; // decimals kept while adding; amounts are whole numbers of 10^-10 of the unit
const ONE = 10n ** BigInt(PLACES);

// ── reading and writing: the plain forms; what is written otherwise (壹佰万元) is read by the server ─────────────────
function read(text) {
  if (!text) return null;
  let plain = text.normalize("NFKC").replace(/[\s¥]/g, "").replace(/[−–]/g, "-");
  if (!plain || /^-+$|^—+$/.test(plain)) return null;
  const bracket = plain.match(/^\((.+)\)$/);
  if (bracket) plain = `-${bracket[1]}`;
  const found = plain.match(/^([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/);
  if (!found || (found[3] || "").length > PLACES) return undefined;
  const value = BigInt(found[2].replace(/,/g, "")) * ONE + BigInt((found[3] || "").padEnd(PLACES, "0"));
  return found[1] === "-" ? -value : value;
}

function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function written(value) {
  const size = value < 0n ? -value : value;
  const rest = (size % ONE).toString().padStart(PLACES, "0").replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${grouped((size / ONE).toString())}${rest ? `.${rest}` : ""}`;
}

const tolerance = read(sums.tolerance) ?? 0n;
const fields = Object.fromEntries(COLUMNS.map((column) => {
  const own = [...form.querySelectorAll(`input[name^="${column}"]:not([type=hidden])`)];
  return [column, new Map(own.map((field) => [field.name.slice(2), field]))];
}));
const input = (column, code) => fields[column].get(code);
const visible = (node) => node.offsetParent !== null;

// ── adding up ─────────────────────────────────────────────────────────────────────────────────────────────────────
function addUp(column) {
  const known = new Map();
  for (const [code, field] of fields[column]) {
    const value = read(field.value);
    if (value !== null && value !== undefined) known.set(code, value);
  }
  const merged = new Set(Object.entries(sums.replaces).filter(([old]) => known.has(old)).flatMap(([, parts]) => parts));
  for (const code of sums.order) {
    const field = input(column, code);
    if (!field) continue;
    const given = sums.sums[code].filter(([part]) => known.has(part) && !merged.has(part));
    const sum = given.reduce((total, [part, sign]) => total + known.get(part) * BigInt(sign), 0n);
    const lacking = sums.needs[code].filter((group) => !group.some((part) => known.has(part)));
    const typed = field.value.trim() !== "";
    const told = given.length > 0 && lacking.length === 0;
    if (!typed && told) known.set(code, sum);
    field.placeholder = !typed && told ? written(sum) : "";
    if (column === "c-") tellRow(code, typed, told, given.length > 0, known.get(code), sum, lacking);
  }
  return known;
}

function tellRow(code, typed, told, some, value, sum, lacking) {
  const place = form.querySelector(`[data-told-at="${code}"]`);
  place.querySelectorAll("[data-live]").forEach((node) => node.remove());
  const tell = (text, kind) => {
    const node = document.createElement("p");
    node.dataset.live = "";
    node.className = kind;
    node.textContent = text;
    place.append(node);
  };
  const gap = typed && told && value !== undefined ? value - sum : 0n;
  // The server's sentence, where it is there already, says the same with the identity's name.
  if (gap > tolerance || -gap > tolerance) {
    if (!place.querySelector("[data-server]")) tell(`${texts.gap} ${written(sum)} · Δ ${written(gap)}`, "watch");
  } else if (!typed && !told && some && lacking.every((group) => group.length === 1)) {
    const names = lacking.map(([part]) => form.querySelector(`label[for="id_c-${part}"]`)?.textContent).join("、");
    tell(`${texts.needs} ${names}`, "hint");
  } else if (code === "tle" && value !== undefined) {
    tellBalance(value, tell);
  }
}

function tellBalance(value, tell) {
  const field = input("c-", "ta");
  const assets = read(field.value || field.placeholder);
  if (assets === null || assets === undefined) return;
  const gap = value - assets;
  if (gap > tolerance || -gap > tolerance) tell(`Δ ${written(gap)}`, "stop");
  else tell(texts.balanced, "pass");
}

function addUpAll() {
  COLUMNS.forEach(addUp);
}

// ── what the server said of the draft, brought to the fields ──────────────────────────────────────────────────────
function place(state) {
  form.querySelectorAll("[data-server]").forEach((node) => node.remove());
  form.querySelectorAll(".amount.off").forEach((node) => node.classList.remove("off"));
  for (const item of state.querySelectorAll("[data-told]")) {
    const field = document.getElementById(item.dataset.told);
    const row = field?.closest(".entry-row");
    if (!row) continue;
    field.closest(".amount").classList.add("off");
    reveal(row);
    const node = document.createElement("p");
    node.dataset.server = "";
    node.className = item.dataset.badge;
    node.append(...[...item.querySelector("a").childNodes].map((child) => child.cloneNode(true)));
    row.querySelector(".entry-told").prepend(node);
  }
  for (const field of form.querySelectorAll("[aria-invalid=true][data-live-problem]")) clearProblem(field);
  for (const item of state.querySelectorAll("[data-unread]")) {
    const field = document.getElementById(`id_${item.dataset.unread}`);
    if (!field || field === document.activeElement || field.getAttribute("aria-invalid") === "true") continue;
    const node = document.createElement("span");
    node.className = "problem";
    node.id = `${field.id}_error`;
    node.textContent = item.querySelector("[data-text]").textContent;
    field.after(node);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", node.id);
    field.dataset.liveProblem = "";
  }
  addUpAll();
}

function clearProblem(field) {
  document.getElementById(`${field.id}_error`)?.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
  delete field.dataset.liveProblem;
}

// ── lines that wait behind "more items" ───────────────────────────────────────────────────────────────────────────
function reveal(row) {
  row.hidden = false;
}

function hideSpare() {
  for (const section of form.querySelectorAll(".entry-section")) {
    const spare = [...section.querySelectorAll("[data-spare]")];
    spare.forEach((row) => { row.hidden = true; });
    const more = section.querySelector("[data-more]");
    if (more) more.hidden = !spare.length;
  }
}

function findLine(text) {
  const wanted = text.trim().toLowerCase();
  form.querySelectorAll(".entry-row.is-found").forEach((row) => row.classList.remove("is-found"));
  if (!wanted) return null;
  const rows = [...form.querySelectorAll(".entry-row")];
  const found = rows.filter((row) => row.dataset.find.includes(wanted));
  found.slice(0, 12).forEach((row) => { reveal(row); row.classList.add("is-found"); });
  document.getElementById("find-told").textContent = found.length ? "" : texts.none;
  found[0]?.scrollIntoView({ block: "center" });
  return found[0] || null;
}

// ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────
function step(from, down) {
  const shown = [...fields[from.name.slice(0, 2)].values()].filter(visible);
  const next = shown[shown.indexOf(from) + (down ? 1 : -1)];
  if (next) { next.focus(); next.select(); }
}

const isAmount = (node) => node.matches?.(".entry-row input");

form.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.target.id === "find-line" && event.key === "Enter") {
    event.preventDefault();
    findLine(event.target.value)?.querySelector("input")?.focus();
  } else if (isAmount(event.target) && (event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[value=keep]"));
  } else if (isAmount(event.target) && ["Enter", "ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    step(event.target, event.key !== "ArrowUp");
  } else if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault(); // Enter in the head is not yet the wish to keep
  }
});

form.addEventListener("input", (event) => {
  if (event.target.id === "find-line") { event.stopPropagation(); findLine(event.target.value); return; }
  if (!isAmount(event.target)) return;
  if (event.target.getAttribute("aria-invalid")) clearProblem(event.target);
  addUp(event.target.name.slice(0, 2));
});

form.addEventListener("focusout", (event) => {
  if (isAmount(event.target)) {
    const plain = event.target.value.trim();
    if (/^-?\d{4,}(\.\d+)?$/.test(plain)) {
      const [whole, decimals] = plain.replace("-", "").split(".");
      event.target.value = `${plain[0] === "-" ? "-" : ""}${grouped(whole)}${decimals === undefined ? "" : `.${decimals}`}`;
    }
    return;
  }
  // Another period or unit means other columns beside it: the server lays them out anew, and keeps what is typed.
  const lays = event.target.matches("[name=period_end], [name=months], [name=scope], [name=entry_unit]");
  if (lays && event.target.value !== event.target.dataset.was && !event.relatedTarget?.matches("button, a")) {
    form.requestSubmit(form.querySelector("[data-lay]"));
  }
});

form.addEventListener("click", (event) => {
  const more = event.target.closest("[data-more]");
  if (!more) return;
  const rows = [...more.closest(".entry-section").querySelectorAll("[data-spare]")];
  rows.forEach(reveal);
  more.hidden = true;
  rows[0]?.querySelector("input")?.focus();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "entry-state") place(event.detail.target);
});

form.querySelectorAll("[name=period_end], [name=months], [name=scope], [name=entry_unit]").forEach((field) => {
  field.dataset.was = field.value;
});
document.querySelector(".find-line").hidden = false;
hideSpare();
addUpAll();
document.getElementById("problems")?.focus();
document.getElementById("consent")?.focus();
