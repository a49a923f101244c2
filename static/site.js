// What the pages gain with script: a button that puts ECharts in the place of a drawing. Every page is complete
// without it.
"use strict";

// What the script says, in the language of the page.
const words = document.currentScript.dataset;

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
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => reject(new Error("ECharts could not be loaded"));
    document.head.append(script);
  });
  return engine;
}

// explore draws the sealed options of a figure where its drawing stood, in the layout that fits.
async function explore(drawing, button, status) {
  button.disabled = true;
  try {
    const [echarts, options] = await Promise.all([
      loaded(drawing.dataset.engine),
      fetch(drawing.dataset.options).then((r) => { if (!r.ok) throw new Error(r.status); return r.json(); }),
    ]);
    const place = document.createElement("div");
    const stage = document.createElement("div");
    const wide = matchMedia("(min-width: 48rem)");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let chart;
    // The layouts are made for one size each; the stage is scaled to the room there is, as the drawing was.
    const fit = () => {
      const [width, height] = options.size[wide.matches ? "wide" : "narrow"];
      const scale = Math.min(drawing.clientWidth, wide.matches ? Infinity : 480) / width;
      stage.style.cssText = `width:${width}px;height:${height}px;transform-origin:0 0;transform:scale(${scale})`;
      place.style.height = Math.ceil(height * scale) + "px";
    };
    const draw = () => {
      chart?.dispose();
      fit();
      chart = echarts.init(stage, null, { renderer: "svg" });
      const option = resolved(options[wide.matches ? "wide" : "narrow"], palette());
      option.tooltip = { trigger: "item", ...option.tooltip, renderMode: "richText", confine: true };
      chart.setOption(option);
    };
    for (const child of drawing.children) child.hidden = true;
    place.className = "explored";
    place.append(stage);
    drawing.append(place);
    draw();
    wide.addEventListener("change", draw);
    dark.addEventListener("change", draw);
    addEventListener("resize", fit);
    button.parentElement.hidden = true;
    status.textContent = words.point;
  } catch (problem) {
    button.disabled = false;
    status.textContent = words.lost;
  }
}

// A change in the form shows at once: the answer of the server takes the place of the part that it changes, and the
// form keeps its focus. Where anything fails, the form is sent as without script.
for (const form of document.querySelectorAll(".controls")) {
  form.addEventListener("change", async (event) => {
    if (event.target.name === "known") return form.requestSubmit();
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const address = new URL(form.action);
    address.search = query.toString();
    address.hash = "";
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById("view").replaceWith(document.importNode(page.getElementById("view"), true));
      document.getElementById("h-figures").textContent = page.getElementById("h-figures").textContent;
      history.replaceState(null, "", address);
    } catch {
      form.requestSubmit();
    }
  });
}

for (const drawing of document.querySelectorAll(".drawing[data-options]")) {
  const button = document.createElement("button");
  const line = drawing.nextElementSibling;
  button.type = "button";
  button.textContent = words.explore;
  button.addEventListener("click", () => explore(drawing, button, line.nextElementSibling));
  line.append(button);
}

// What has been published since an older release stands in a frame, which cannot grow with what it says; with script
// its paragraphs take the place of the frame.
for (const frame of document.querySelectorAll("iframe.newer")) {
  fetch(frame.src).then((r) => { if (!r.ok) throw new Error(r.status); return r.text(); }).then((text) => {
    const said = new DOMParser().parseFromString(text, "text/html").querySelectorAll("main > p");
    frame.replaceWith(...[...said].map((child) => document.importNode(child, true)));
  }).catch(() => {}); // the frame stays
}
