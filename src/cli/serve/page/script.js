// The page and its server: one request at a time for the scenario, a stream of events for the sweeps.
"use strict";

const page = { name: "", text: "", issues: null, shown: 0, drawn: 0, asked: 0, running: null, waiting: [], ranText: "", said: "" };
const at = (id) => document.getElementById(id);
// Changes of the scenario go one after the other: each builds on the text that the last one left.
let turn = Promise.resolve();

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return { status: answer.status, ok: answer.ok, data: await answer.json() };
  } catch {
    return { status: 0, ok: false, data: { error: "the server does not answer: is gatecap serve still running?" } };
  }
}

async function read(path) {
  const answer = await fetch(path);
  return answer.ok ? answer.json() : null;
}

function trouble(message) {
  at("trouble").textContent = message;
  at("trouble").hidden = !message;
}

// Tells those who listen and do not look; the same words are not said twice.
function say(words) {
  if (page.said === words) return;
  page.said = words;
  at("said").textContent = words;
}

function inTurn(work) {
  turn = turn.then(work, work);
  return turn;
}

function take(checked, isTyped) {
  page.text = checked.text;
  page.issues = checked.issues;
  if (!isTyped && at("text").value !== checked.text) at("text").value = checked.text;
  showForm(checked.form, checked.issues);
  showMistakes(checked.issues);
  if (checked.issues) {
    const one = checked.issues.list[0];
    const where = one.place ? `line ${one.place.line}: ` : "";
    trouble(`${where}${one.message}` + (checked.issues.count > 1 ? `, and ${checked.issues.count - 1} more below` : ""));
  } else {
    trouble("");
  }
  markStale();
}

function changeInputs(changes) {
  return inTurn(async () => {
    const answer = await post("/api/do/form", { name: page.name, text: at("text").value, changes });
    if (answer.ok && answer.data.checked !== undefined) {
      take(answer.data.checked, false);
    } else if (answer.data.input) {
      const control = document.querySelector(`[data-input="${CSS.escape(answer.data.input)}"]`);
      if (control) fault(control, answer.data.error);
      else if (answer.data.input === "options") at("options-fault").textContent = answer.data.error;
      else trouble(answer.data.error);
    } else {
      trouble(answer.data.error);
    }
  });
}

function checkText() {
  return inTurn(async () => {
    const text = at("text").value;
    if (text === page.text && !page.issues) return;
    const answer = await post("/api/do/check", { name: page.name, text });
    if (answer.ok) take(answer.data, true);
    else trouble(answer.data.error);
  });
}

// Whether the inputs are still those of the answer that is shown.
function markStale() {
  const isStale = page.ranText !== "" && page.text !== page.ranText && !page.running;
  at("answer").classList.toggle("stale", isStale);
  if (isStale) at("status").textContent = "Inputs have changed: Run answers for them.";
}

async function run() {
  await checkText();
  await turn;
  if (page.issues) {
    say("The scenario has mistakes; nothing runs.");
    return;
  }
  const wrong = document.querySelector('[data-input][aria-invalid="true"]');
  if (wrong) {
    wrong.focus();
    say("An input is not understood; nothing runs.");
    return;
  }
  const text = at("text").value;
  const answer = await post("/api/do/run", { name: page.name, text });
  if (answer.ok) {
    page.asked = answer.data.id;
    page.ranText = text;
    trouble("");
    say("The sweep has begun.");
    at("status").textContent = "Waiting for its turn";
  } else {
    trouble(answer.data.error);
    if (answer.data.issues) take({ text, issues: answer.data.issues, form: null }, true);
  }
}

async function stop() {
  const id = page.running ? page.running.id : page.waiting[0];
  if (id) await post("/api/do/stop", { id });
}

async function save(path, body) {
  const answer = await post(path, { ...body, name: page.name, over: at("over").checked });
  const box = at("saved");
  box.className = answer.ok ? "" : "wrong";
  if (answer.data.taken) {
    box.className = "wrong";
    box.replaceChildren(make("code", {}, answer.data.taken), " is there already. Tick “replace what is there”, or give another name.");
    return;
  }
  if (!answer.ok) {
    box.replaceChildren(`Not saved: ${answer.data.error}.`);
    return;
  }
  box.replaceChildren("Saved: ", make("code", {}, answer.data.path));
  if (answer.data.link) box.append(" ", make("a", { href: answer.data.link, target: "_blank", rel: "noopener" }, "Open the report"));
}

function showState(state) {
  const was = page.running;
  page.running = state.running;
  page.waiting = state.waiting;
  at("stop").disabled = !state.running && state.waiting.length === 0;
  if (state.running) showProgress(state.running);
  else if (was || state.ended.length > 0) at("bar").value = 1;
  const ended = state.ended[state.ended.length - 1];
  // A server that was started anew counts from 1 again.
  if (ended && ended.id < page.shown) page.shown = page.drawn = 0;
  if (ended && ended.id > page.shown) {
    // A page that has just been opened shows the last answer there is.
    const answer = state.ended.filter((each) => each.found).pop();
    const isFirst = page.shown === 0;
    page.shown = ended.id;
    showEnded(isFirst && answer ? answer : ended);
  }
  if (!state.running) markStale();
}

function showProgress(running) {
  const share = running.planned > 0 ? running.done / running.planned : 0;
  at("bar").value = share;
  const percent = Math.floor(share * 100);
  const left = running.left === null ? "" : `, about ${Math.max(1, Math.ceil(running.left))} s left`;
  const rate = `${(running.rate / 1e6).toFixed(1)} million requests a second`;
  const waits = page.waiting.length > 0 ? `; ${page.waiting.length} waiting` : "";
  at("status").textContent = running.stopping ? "Stopping" :
    running.planned === 0 ? "Counting quotas and planning the sweep" : `Run ${running.id}: ${percent} % of ${running.planned} runs, ${rate}${left}${waits}`;
  if (percent >= 50 && !running.stopping) say("Half of the sweep is done.");
  if (running.counted && page.counted !== running.id && running.id > page.shown) {
    page.counted = running.id;
    read(`/api/runs/${running.id}`).then((run) => {
      if (run && run.id > page.shown && run.id > page.drawn) showAnswers(run);
    });
  }
}

async function showEnded(ended) {
  const run = await read(`/api/runs/${ended.id}`);
  if (!run || ended.id < page.drawn) return;
  page.drawn = ended.id;
  if (!run.answers && page.counted === run.id) at("answer-for").textContent = `From quotas alone: run ${run.id} has no result.`;
  if (run.issues) {
    trouble(run.issues.list.map((issue) => issue.message + (issue.hint ? ` (${issue.hint})` : "")).join("; "));
    at("status").textContent = `Run ${run.id} did not come to an end.`;
    say("The sweep failed.");
    return;
  }
  if (!run.answers) {
    at("status").textContent = `Run ${run.id} was stopped before its first result.`;
    say("The sweep was stopped.");
    return;
  }
  showAnswers(run);
  showDifference(run);
  at("save-report").disabled = false;
  page.report = run.id;
  const state = run.stopped ? "stopped" : "done";
  at("status").textContent = `Run ${run.id} ${state} in ${run.seconds.toFixed(1)} s.`;
  say(`The sweep is ${state}. ` + run.answers.options.map((option) => `Option ${option.number}: ${option.holds} services.`).join(" "));
  document.body.dataset.run = String(run.id);
  await showCharts(run);
  document.body.dataset.charts = String(run.id);
}

function watch() {
  const events = new EventSource("/api/events");
  events.addEventListener("state", (event) => showState(JSON.parse(event.data)));
  events.addEventListener("error", () => {
    at("status").textContent = "The server does not answer; trying again.";
  });
}

async function begin() {
  const start = await read("/api/start");
  if (!start) return trouble("the server does not answer");
  page.name = start.checked.name;
  at("name").value = page.name;
  at("folder").textContent = start.folder;
  page.ranText = start.checked.text;
  take(start.checked, false);
  watch();
}

at("question").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
at("whose").addEventListener("change", () => {
  if (!answered) return;
  showHeadline(answered);
  say(at("headline").textContent);
});
at("stop").addEventListener("click", stop);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  // In an input the key would send its form too: one sweep is enough.
  event.preventDefault();
  // A value that is still being typed counts: leaving its input says so.
  const typing = document.activeElement;
  if (typing instanceof HTMLInputElement) {
    typing.blur();
    typing.focus();
  }
  run();
});
let typing = 0;
at("text").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(checkText, 300);
});
at("name").addEventListener("change", () => {
  page.name = at("name").value.trim();
});
at("save-scenario").addEventListener("click", () => save("/api/do/save-scenario", { text: at("text").value }));
at("save-report").addEventListener("click", () => save("/api/do/save-report", { id: page.report }));
begin();
