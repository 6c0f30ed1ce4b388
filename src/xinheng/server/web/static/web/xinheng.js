// Comforts on top of pages that work without them. One listener per kind of event, so parts swapped in later work too.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ── appearance ────────────────────────────────────────────────────────────────────────────────────────────────────
function showTheme() {
  const chosen = document.documentElement.dataset.theme || "auto";
  all("[data-theme-choice]").forEach((part) => {
    part.hidden = false;
    all("button", part).forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.theme === chosen)));
  });
}

function chooseTheme(theme) {
  if (theme === "auto") {
    localStorage.removeItem("theme");
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem("theme", theme);
    document.documentElement.dataset.theme = theme;
  }
  showTheme();
  document.dispatchEvent(new Event("xinheng:theme"));
}

// ── filters: every one that is set shows as a chip that takes it away ─────────────────────────────────────────────
function chipsOf(form) {
  const set = all("input, select", form).filter((field) => field.name && field.type !== "hidden" && field.value !== "");
  if (!set.length) return;
  const list = document.createElement("ul");
  list.className = "chips";
  for (const field of set) {
    const address = new URL(location.href);
    address.searchParams.delete(field.name);
    address.searchParams.delete("page");
    const label = form.querySelector(`label[for="${CSS.escape(field.id)}"]`)?.textContent.trim() || field.name;
    const value = field.tagName === "SELECT" ? field.selectedOptions[0].textContent : field.value;
    const chip = document.createElement("a");
    chip.className = "chip";
    chip.href = address;
    const bold = document.createElement("b");
    bold.textContent = value;
    const cross = document.createElement("span");
    cross.setAttribute("aria-hidden", "true");
    cross.textContent = "×";
    chip.append(`${label} `, bold, cross);
    const item = document.createElement("li");
    item.append(chip);
    list.append(item);
  }
  form.after(list);
}

function dress(root) {
  all("form.filter", root).forEach((form) => {
    form.classList.add("is-live");
    if (!form.dataset.chips) chipsOf(form); // else the page brought them itself
  });
  // On narrow screens a row becomes a small sheet; a column without a value is left out there.
  all(".sheet td", root).forEach((cell) => {
    if (["", "—"].includes(cell.textContent.trim())) cell.classList.add("is-unset");
  });
  // What is wider than its place is scrolled with the keyboard too.
  all(".scroll:not([tabindex])", root).forEach((part) => { if (part.scrollWidth > part.clientWidth) part.tabIndex = 0; });
}

// ── an address that ends in a part of the page opens the part, and what it lies in ────────────────────────────────
function openPart() {
  const part = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!part) return;
  for (let outer = part; outer; outer = outer.parentElement) if (outer.matches("details")) outer.open = true;
  part.scrollIntoView({ block: "nearest" });
  part.querySelector("summary")?.focus({ preventScroll: true });
}
addEventListener("hashchange", openPart);

// ── what people do ────────────────────────────────────────────────────────────────────────────────────────────────
document.addEventListener("click", (event) => {
  const target = event.target;
  all("details.menu[open], details.ask[open]").forEach((open) => {
    if (!open.contains(target)) open.open = false;
  });

  const theme = target.closest("[data-theme-choice] [data-theme]");
  if (theme) chooseTheme(theme.dataset.theme);

  const opener = target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (target.closest("[data-close]") || target.tagName === "DIALOG") target.closest("dialog")?.close();

  const demo = target.closest("[data-fill-login]");
  if (demo) {
    document.querySelector("[name=login]").value = demo.dataset.fillLogin;
    document.querySelector("[name=password]").value = demo.dataset.fillPassword;
    document.querySelector("[name=login]").form.requestSubmit();
  }

  // A row is its first link, unless something in it was meant, or text was being marked.
  const row = target.closest("table.rows tbody tr");
  if (row && !target.closest("a, button, input, label, summary") && !String(getSelection())) {
    const link = row.querySelector("a[href]");
    if (link && (event.ctrlKey || event.metaKey)) open(link.href);
    else link?.click();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("form.filter select")) event.target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get") {
    // An address with only the filters that are set can be read, and sent to a colleague.
    all("input, select", form).forEach((field) => { if (field.value === "") field.disabled = true; });
    setTimeout(() => all("input, select", form).forEach((field) => { field.disabled = false; }));
    return;
  }
  if (form.dataset.sent) event.preventDefault(); // a second press of the button is not a second act
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});

addEventListener("pageshow", () => {
  all("form[data-sent]").forEach((form) => delete form.dataset.sent);
  all("[aria-busy=true]").forEach((button) => button.removeAttribute("aria-busy"));
});

// A form that was answered in place may be sent again.
document.addEventListener("htmx:afterRequest", ({ target }) => {
  if (!(target instanceof HTMLFormElement)) return;
  delete target.dataset.sent;
  all("[aria-busy=true]", target).forEach((button) => button.removeAttribute("aria-busy"));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    all("details.menu[open], details.ask[open]").forEach((open) => {
      open.open = false;
      open.querySelector("summary").focus();
    });
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/") {
    const find = document.getElementById("find");
    if (find) { event.preventDefault(); find.select(); }
  }
});

document.addEventListener("htmx:load", (event) => dress(event.detail.elt));
showTheme();
openPart();
if (!window.htmx) dress(document);
