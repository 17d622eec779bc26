// What the page does beyond being read. Without it everything is there, in the order of the tests.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const button = (words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", () => act(made));
    return made;
  };

  // Copy a command, or at least select it where the browser forbids that.
  for (const command of all(".command")) {
    const code = command.querySelector("code");
    const status = document.createElement("span");
    status.className = "quiet";
    status.setAttribute("role", "status");
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        status.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        status.textContent = "Selected: copy it with your keyboard";
      }
    };
    command.append(button("Copy", copy), status);
  }

  // A link to a check opens it; paper shows all of them.
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const details = target && target.closest("details");
    if (details) {
      details.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  open();
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });
  const everything = document.querySelector("#everything");
  if (all("details.check").length > 1) {
    const toggle = (act) => (words) => button(words, () => { for (const each of all("details.check:not([hidden])")) each.open = act; });
    everything.append(toggle(true)("Open all"), toggle(false)("Close all"));
  }

  const table = document.querySelector("#checks-table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];

  // Sort: upwards, downwards, and back to the order of the tests.
  const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const compare = (one, other) => (isNaN(one) || isNaN(other) ? one.localeCompare(other) : one - other);
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const words = [...head.childNodes];
    const sorter = button("", () => {
      const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort") ?? "none"];
      for (const other of heads) other.removeAttribute("aria-sort");
      const turn = next === "descending" ? -1 : 1;
      // What has no number stands last, whichever way.
      const last = (row) => key(row, column) === "";
      const sorted = (one, other) => last(one) - last(other) || turn * compare(key(one, column), key(other, column));
      if (next !== "none") head.setAttribute("aria-sort", next);
      body.append(...(next === "none" ? rows : [...rows].sort(sorted)));
    });
    sorter.append(...words);
    head.append(sorter);
  });

  // Filter: the verdicts that are pressed, none for all, and every word that is typed.
  const filter = document.querySelector("#filter");
  const search = filter.querySelector("input");
  const status = filter.querySelector("[role=status]");
  const verdicts = all("button[aria-pressed]", filter);
  const entries = rows.map((row) => {
    const details = document.getElementById(row.dataset.check).closest("details");
    const test = details.querySelector(".test")?.textContent ?? "";
    return { row, details, verdict: row.dataset.verdict, words: `${row.textContent} ${test}`.toLowerCase() };
  });
  const show = () => {
    const wanted = verdicts.filter((each) => each.getAttribute("aria-pressed") === "true").map((each) => each.value);
    const words = search.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const { row, details, verdict, words: text } of entries) {
      const found = (!wanted.length || wanted.includes(verdict)) && words.every((word) => text.includes(word));
      row.hidden = details.hidden = !found;
      shown += found;
    }
    status.textContent = `${shown} of ${rows.length} shown`;
  };
  for (const each of verdicts) {
    each.addEventListener("click", () => {
      each.setAttribute("aria-pressed", each.getAttribute("aria-pressed") !== "true");
      show();
    });
  }
  search.addEventListener("input", show);
  show();
  filter.hidden = rows.length < 2;
})();
