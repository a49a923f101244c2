// What the pages gain with script: figures that can be explored with pointer or keys, tables that can be sorted, and a
// form that shows its answer in place. Every page is complete without it.
"use strict";

// What the script says, in the language of the page.
const words = document.currentScript.dataset;

// fill puts values into the slots of a text.
const fill = (text, ...values) => values.reduce((filled, value) => filled.replace("%s", value), text);

// make makes an element with properties and children.
function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/* Figures */

const tokens = ["paper", "ink", "muted", "rule", "link", "series-1", "series-2", "caution", "caution-ground"];

// resolved replaces the names of colours by the colours of the present theme, since ECharts reads no CSS.
function resolved(node, colours) {
  if (typeof node === "string") {
    return node.replace(/var\(--([a-z0-9-]+)(?:,[^)]*)?\)/g, (whole, name) => colours[name] || whole);
  }
  if (Array.isArray(node)) return node.map((n) => resolved(n, colours));
  if (node && typeof node === "object") {
    return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, resolved(v, colours)]));
  }
  return node;
}

function palette() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(tokens.map((t) => [t, style.getPropertyValue("--" + t).trim()]));
}

let engine;
function loaded(address) {
  engine ||= new Promise((resolve, reject) => {
    const script = make("script", {
      src: address,
      onload: () => resolve(window.echarts),
      onerror: () => { engine = null; reject(new Error("ECharts could not be loaded")); },
    });
    document.head.append(script);
  });
  return engine;
}

// explore draws the sealed options of a figure where its drawing stood, in the layout that fits, and lets the reader
// step through its values, gaps and breaks.
async function explore(drawing, button, status) {
  button.disabled = true;
  try {
    const [echarts, options] = await Promise.all([
      loaded(drawing.dataset.engine),
      fetch(drawing.dataset.options).then((r) => { if (!r.ok) throw new Error(r.status); return r.json(); }),
    ]);
    const stage = make("div");
    const ring = make("div", { className: "ring", hidden: true });
    const place = make("div", { className: "explored", tabIndex: 0 }, stage, ring);
    const wide = matchMedia("(min-width: 48rem)");
    const layout = () => (wide.matches ? "wide" : "narrow");
    const stops = options.stops || [];
    let chart, scale = 1, now = -1;
    // The layouts are made for one size each; the stage is scaled to the room there is, as the drawing was.
    const fit = () => {
      const [width, height] = options.size[layout()];
      scale = Math.min(drawing.clientWidth, wide.matches ? Infinity : 480) / width;
      Object.assign(stage.style, { width: width + "px", height: height + "px", transformOrigin: "0 0", transform: `scale(${scale})` });
      place.style.height = Math.ceil(height * scale) + "px";
      mark();
    };
    const mark = () => {
      ring.hidden = now < 0;
      if (now >= 0) {
        const [x, y] = stops[now][layout()];
        Object.assign(ring.style, { left: x * scale + "px", top: y * scale + "px" });
      }
    };
    const draw = () => {
      chart?.dispose();
      fit();
      chart = echarts.init(stage, null, { renderer: "svg" });
      const option = resolved(options[layout()], palette());
      option.tooltip = { trigger: "item", ...option.tooltip, renderMode: "richText", confine: true };
      chart.setOption(option);
      stage.firstElementChild.setAttribute("aria-hidden", "true"); // the place has a name, and the stops are spoken
    };
    const step = (to) => {
      const next = Math.max(0, Math.min(stops.length - 1, to));
      const { in: group, text } = stops[next];
      const moved = now < 0 || stops[now].in !== group ? group + ". " : "";
      now = next;
      mark();
      ring.scrollIntoView({ block: "nearest" });
      status.textContent = `${moved}${text.replace(/\.$/, "")}. ${fill(words.of, now + 1, stops.length)}.`;
    };
    // group is the first stop of the next panel or series, or of the one before; where there is none, where it stands.
    const group = (by) => {
      const groups = [...new Set(stops.map((stop) => stop.in))];
      const to = groups[groups.indexOf(stops[now]?.in) + by];
      return to ? stops.findIndex((stop) => stop.in === to) : Math.max(now, 0);
    };
    place.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || stops.length === 0) return;
      switch (event.key) {
        case "ArrowRight": step(now + 1); break;
        case "ArrowLeft": step(now < 0 ? 0 : now - 1); break;
        case "ArrowDown": step(group(1)); break;
        case "ArrowUp": step(group(-1)); break;
        case "Home": step(0); break;
        case "End": step(stops.length - 1); break;
        case "Escape": now = -1; mark(); status.textContent = words.point; break;
        default: return;
      }
      event.preventDefault();
    });
    for (const child of drawing.children) child.hidden = true;
    place.setAttribute("role", "application");
    place.setAttribute("aria-roledescription", words.chart);
    place.setAttribute("aria-labelledby", drawing.getAttribute("aria-labelledby"));
    drawing.removeAttribute("role");
    drawing.removeAttribute("aria-labelledby");
    drawing.append(place);
    draw();
    wide.addEventListener("change", draw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    addEventListener("resize", fit);
    button.parentElement.hidden = true;
    status.classList.add("stepping");
    place.focus({ preventScroll: true });
    status.textContent = words.point;
  } catch {
    button.disabled = false;
    status.textContent = words.lost;
  }
}

function explorable(root) {
  for (const drawing of root.querySelectorAll(".drawing[data-options]")) {
    const line = drawing.nextElementSibling;
    const button = make("button", { type: "button", textContent: words.explore });
    button.addEventListener("click", () => explore(drawing, button, line.nextElementSibling));
    line.append(button);
  }
}

/* Tables */

// number reads the first number of a cell, which both languages write alike: 1,234.5. It is NaN where there is none, as
// in a cell that is not reported or withheld.
function number(cell) {
  const text = (cell?.firstChild?.textContent || "").replaceAll(",", "");
  return parseFloat(text.match(/\d+(\.\d+)?/)?.[0]);
}

// kinds are the kinds of rows, in the order in which they follow each other where a table is sorted by a column: a
// ratio is not larger or smaller than a count.
const kinds = ["", "value", "ratio", "rate", "break"];

// sort orders the rows of each group of a table by a column. The first column is the order in which the page came:
// there breaks stand between the periods that they divide. In any other order a break divides nothing, so breaks
// follow behind the values, and behind them what has no value: neither is the smallest or the largest of anything.
function sort(table, column, descending) {
  const text = ![...table.tBodies].some((body) => [...body.rows].some((row) => number(row.cells[column]) >= 0));
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  for (const body of table.tBodies) {
    const rows = [...body.rows].filter((row) => !row.classList.contains("group"));
    rows.forEach((row, i) => { row.dataset.place ??= i; });
    const rank = (row) => (text || !isNaN(number(row.cells[column])) ? kinds.indexOf(row.className) : kinds.length);
    const sign = descending ? -1 : 1;
    rows.sort((a, b) => {
      const order = a.dataset.place - b.dataset.place;
      if (column === 0) return sign * order;
      if (rank(a) !== rank(b)) return rank(a) - rank(b);
      if (rank(a) >= kinds.indexOf("break")) return order;
      const [x, y] = [a.cells[column], b.cells[column]];
      return sign * (text ? compare(x.textContent, y.textContent) : number(x) - number(y)) || order;
    });
    body.append(...rows);
  }
}

// sortable puts a button into each heading of a column, in the room that its words have. On a phone the rows of a table
// of figures are set as blocks without headings, and keep their order.
function sortable(root) {
  for (const table of root.querySelectorAll("table.figures, table.grid")) {
    const headings = [...table.tHead.rows[0].cells];
    const said = make("p", { className: "unseen" });
    said.setAttribute("role", "status");
    table.parentElement.after(said);
    const buttons = headings.map((heading, column) => {
      const button = make("button", { type: "button", className: "sort", textContent: heading.textContent });
      button.addEventListener("click", () => {
        const descending = heading.getAttribute("aria-sort") === "ascending" ||
          !heading.hasAttribute("aria-sort") && column > 0 && heading.classList.contains("number");
        sort(table, column, descending);
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
        said.textContent = fill(descending ? words.down : words.up, button.textContent);
      });
      return button;
    });
    headings[0].setAttribute("aria-sort", "ascending");
    const wide = matchMedia("(min-width: 48rem)");
    const place = () => headings.forEach((heading, i) => {
      if (wide.matches || table.classList.contains("grid")) heading.replaceChildren(buttons[i]);
      else heading.textContent = buttons[i].textContent;
    });
    place();
    wide.addEventListener("change", place);
  }
}

/* The form */

// A change in the form shows at once: the answer of the server takes the place of the part that it changes, the form
// keeps its focus, the address says what is shown, and going back shows what was shown before. Where anything fails,
// the form is sent as without script. A day is not sent while it is being typed.
for (const form of document.querySelectorAll(".controls")) {
  if (!form.elements.known) continue; // it chooses records of a data set, which is a page of its own
  const said = make("p", { className: "unseen" });
  said.setAttribute("role", "status");
  form.append(said);
  let asking;
  const show = async (address) => {
    asking?.abort();
    asking = new AbortController();
    const answer = await fetch(address, { signal: asking.signal });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const view = document.importNode(page.getElementById("view"), true);
    document.getElementById("view").replaceWith(view);
    document.getElementById("h-figures").textContent = page.getElementById("h-figures").textContent;
    enhance(view);
    return view;
  };
  const ask = async () => {
    const address = new URL(form.action);
    address.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const shown = new URL(address);
    shown.hash = "";
    const view = await show(shown);
    if (address.search !== location.search) history.pushState(null, "", shown);
    return view;
  };
  const unless = (failed) => {
    if (failed.name === "AbortError") return;
    if (navigator.onLine) { form.submit(); return; }
    // Without a connection the form would lead away from the page to nothing.
    said.className = "notice-line";
    said.textContent = words.offline;
  };
  form.addEventListener("change", (event) => {
    if (event.target.name === "known") return;
    ask().then((view) => { said.textContent = view.dataset.said; }).catch(unless);
  });
  form.addEventListener("submit", (event) => {
    if (form.elements.known.value) return;
    event.preventDefault();
    ask().then((view) => {
      const heading = view.querySelector("h2") || document.getElementById("h-figures");
      heading.tabIndex = -1;
      heading.focus();
    }).catch(unless);
  });
  addEventListener("popstate", () => {
    const query = new URLSearchParams(location.search);
    for (const field of form.elements) {
      if (field.name) field.value = query.get(field.name) || "";
    }
    show(location.href).then((view) => { said.textContent = view.dataset.said; }).catch((failed) => {
      if (failed.name !== "AbortError") location.reload();
    });
  });
}

// Whoever sent the form without this script, or follows an address to what is shown, begins at its heading.
if (location.hash === "#view") document.querySelector("#view h2")?.focus();

function enhance(root) {
  explorable(root);
  sortable(root);
}
enhance(document);

// What has been published since an older release stands in a frame, which cannot grow with what it says; with script
// its paragraphs take the place of the frame.
for (const frame of document.querySelectorAll("iframe.newer")) {
  fetch(frame.src).then((r) => { if (!r.ok) throw new Error(r.status); return r.text(); }).then((text) => {
    const said = new DOMParser().parseFromString(text, "text/html").querySelectorAll("main > p");
    frame.replaceWith(...[...said].map((child) => document.importNode(child, true)));
  }).catch(() => {}); // the frame stays
}

/* Pages that were read */

// The pages that were read are kept on the device for when the signal is lost; see sw.js. It is asked for when the page
// stands, so that it takes nothing from it.
addEventListener("load", () => setTimeout(async () => {
  try {
    const before = navigator.serviceWorker.controller;
    await navigator.serviceWorker.register("/sw.js");
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({
      page: before ? "" : location.href.split("#")[0],
      files: [...document.querySelectorAll("link[rel=stylesheet], link[rel=preload], link[rel=icon], script[defer]")].map((e) => e.href || e.src),
    });
  } catch {} // a browser that keeps no pages shows them as well
}, 1000));

// Whoever does not want a device to show what was read on it can have the kept pages deleted.
for (const kept of document.querySelectorAll("#kept[data-forget]")) {
  const button = make("button", { type: "button", textContent: kept.dataset.forget });
  const said = make("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    for (const name of await caches.keys()) await caches.delete(name);
    said.textContent = kept.dataset.forgotten;
  });
  if ("caches" in window) kept.append(button, " ", said);
}
