// The answers of a sweep, what came of it against the one before, and its charts.
"use strict";

let chartsOf = 0;
let answered = null;

// The number of services stands first and alone: it is what was asked for.
function showAnswers(run) {
  const answers = run.answers;
  const before = (run.before && run.before.options) || {};
  const asked = answers.conditions.length > 0 ? answers.conditions.join(" and ") : "no condition";
  const state = run.counted ? "From quotas alone, while the simulation runs: " : run.stopped ? "Stopped early, as far as it came: " : "";
  const many = answers.services === 1 ? "1 service" : `${answers.services} services`;
  document.getElementById("answer-for").textContent =
    `${state}${state ? "the" : "The"} largest number of services at which ${asked}, within every quota.` +
    (run.points ? ` Run ${run.id}: ${run.points} points, ${(run.requests / 1e6).toFixed(1)} million requests, ${run.seconds.toFixed(1)} s.` : "");
  document.getElementById("p99-head").textContent = answers.services === null ? "p99" : `p99 at ${many}`;
  document.getElementById("rows").replaceChildren(...answers.options.map((option) => answerRow(option, before[option.name])));
  showHeadline(run);
  const verdict = document.getElementById("verdict");
  verdict.replaceChildren();
  for (const [stressed, rest] of run.counted ? [] : answers.verdict) {
    if (stressed) verdict.append(make("b", {}, stressed));
    verdict.append(rest + " ");
  }
  if (answers.remarks.length > 0) verdict.append(make("span", { class: "wrong" }, answers.remarks.join(" ")));
}

// One sentence for the option that was asked for; for every option, that of the one that holds most.
function showHeadline(run) {
  answered = run;
  const { options } = run.answers;
  const whose = document.getElementById("whose");
  const named = options.filter((option) => option.name !== "");
  const known = [...whose.options].map((each) => each.value).join();
  if (known !== ["", ...named.map((option) => option.name)].join()) {
    const asked = whose.value;
    whose.replaceChildren(make("option", { value: "" }, "every option"),
      ...named.map((option) => make("option", { value: option.name }, `${option.number} ${option.title}`)));
    whose.value = named.some((option) => option.name === asked) ? asked : "";
  }
  const most = options.reduce((best, each) => ((each.value ?? -1) > (best.value ?? -1) ? each : best));
  const shown = options.find((option) => option.name === whose.value) || most;
  const lead = run.counted ? "From quotas alone, while the simulation runs" : whose.value === "" && options.length > 1 ? "The option that holds most; each of the others is below" : "";
  document.getElementById("headline").replaceChildren(...(lead ? [make("small", {}, lead)] : []), make("b", {}, shown.sentence[0]), shown.sentence[1]);
  for (const row of document.querySelectorAll("#rows tr")) row.classList.toggle("asked", whose.value !== "" && row.dataset.name === whose.value);
}

function answerRow(option, before) {
  const cell = (label, ...children) => make("td", { role: "cell", "data-label": label }, ...children);
  const title = option.number > 0 ? `${option.number} ${option.title}` : option.title;
  const empty = "–";
  const since = before ? sinceText(before) : empty;
  return make("tr", { role: "row", "data-name": option.name },
    make("th", { role: "rowheader", scope: "row" }, make("bdi", {}, title)),
    cell("Services it holds", make("span", { class: "holds" }, option.holds || "not looked for")),
    cell("What ends it", option.why || empty),
    cell("If AWS raises that quota", option.raised_holds ? make("b", {}, option.raised_holds) : empty,
      option.raised_why ? make("small", {}, " " + option.raised_why) : null),
    cell("p99", option.p99 === "-" ? empty : option.p99, option.monthly ? make("small", {}, ` ${option.monthly} a month`) : null),
    cell("Run before", make("span", { class: before ? before.moved : "" }, since)));
}

function sinceText(before) {
  const was = before.was || "not looked for";
  return before.moved === "same" ? `${was}, the same` : `${was} before: ${before.moved}`;
}

function showDifference(run) {
  const body = document.getElementById("difference-body");
  const before = run.before;
  if (!before) return;
  const parts = [];
  if (before.changes.length === 0) {
    parts.push(make("p", {}, before.identical ? "Nothing changed: scenario and seed are the same, and so is every number." : "No input changed."));
  } else {
    const lines = before.changes.map((change) => make("li", {}, make("code", {}, change.key), ": ",
      make("bdi", {}, change.a === null ? "not stated" : change.a), " → ", make("bdi", {}, change.b === null ? "not stated" : change.b)));
    const more = before.more > 0 ? make("li", {}, `and ${before.more} more`) : null;
    parts.push(make("h3", {}, `What changed since run ${before.id}`), make("ul", {}, ...lines, more));
  }
  const rows = [];
  for (const option of before.identical ? [] : run.answers.options) {
    const moved = before.options[option.name];
    if (moved) rows.push(differenceRow(option, moved));
  }
  if (rows.length > 0) {
    const titles = rows[0].titles;
    const head = ["Option", "Services it holds", ...titles].map((title) => make("th", { scope: "col" }, title));
    const where = before.services === null ? "" : ` Latencies are compared at ${before.services} services.`;
    parts.push(make("h3", {}, "What came of it"),
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Each option against the run before" },
        make("table", { class: "difference" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows.map((row) => row.element)))),
      make("p", { class: "muted" }, `All statements hold at once with the confidence of the scenario; what cannot be told apart may have moved by less than its interval.${where}`));
  }
  body.replaceChildren(...parts);
}

function differenceRow(option, moved) {
  const by = (each) => (each.verdict === "worse" || each.verdict === "better" ? ` by ${each.difference}` : ":");
  const metric = (each) => make("td", {}, `${each.a} → ${each.b}`, make("br"), make("span", { class: each.verdict }, each.verdict),
    each.interval ? make("small", { class: "muted" }, `${by(each)} (${each.interval})`) : null);
  const title = option.number > 0 ? `${option.number} ${option.title}` : option.title;
  const holds = make("td", {}, `${moved.was || "–"} → `, make("b", {}, moved.now || "–"), make("br"),
    make("span", { class: moved.moved }, moved.moved === "same" ? "the same" : moved.moved));
  return {
    titles: moved.metrics.map((each) => each.title),
    element: make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, title)), holds, ...moved.metrics.map(metric)),
  };
}

// The charts of the report, inlined so that they follow the page's colours.
async function showCharts(run) {
  if (!run.charts || chartsOf === run.id) return;
  chartsOf = run.id;
  const figures = await Promise.all(run.charts.map(async (chart) => {
    const answer = await fetch(`/api/runs/${run.id}/charts/${encodeURIComponent(chart.name)}.svg`);
    if (!answer.ok) return null;
    const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
    if (drawing.nodeName !== "svg") return null;
    const isWide = Number(drawing.getAttribute("width")) > 700;
    return make("figure", { "data-chart": chart.name, class: isWide ? "wide" : null }, document.importNode(drawing, true), make("figcaption", { class: "hidden" }, chart.description));
  }));
  if (chartsOf === run.id) document.getElementById("figures").replaceChildren(...figures.filter((figure) => figure !== null));
}
